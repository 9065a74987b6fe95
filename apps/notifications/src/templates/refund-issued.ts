import { template } from './template';

export const refundIssuedTemplate = template({
  name: 'refund-issued',
  subject: 'Your refund of {{amount}}',
  text: `Hello,

on {{date}} we refunded {{amount}} for your order {{orderId}}.

Your claim: {{claimId}}
The refund: {{refundId}}
`,
});
