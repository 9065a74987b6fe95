import { template } from './template';

export const claimRejectedTemplate = template({
  name: 'claim-rejected',
  subject: 'Your claim about order {{orderId}}',
  text: `Hello,

on {{date}} we decided about your claim {{claimId}}: we cannot refund anything for order {{orderId}}.

The reason we noted: {{reason}}
`,
});
