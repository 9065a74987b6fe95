import { REFUND } from '@comptoir/contracts/claims';
import { RefundIssued } from '@comptoir/contracts/payments';
import { reaction } from '@comptoir/saga';
import { longDate, money } from './format';
import { telling } from './telling';
import { refundIssuedTemplate } from './templates/refund-issued';

/** RefundIssued -> CustomerNotified | NotificationFailed. The cause is the refund: its owner may say it again and again. */
export const refundIssued = reaction(REFUND, {
  on: RefundIssued,
  ...telling<typeof RefundIssued>(({ sentAt, body: { refundId, claimId, orderId, customerId, amount } }) => ({
    template: refundIssuedTemplate.name,
    causeId: refundId,
    customerId,
    ...refundIssuedTemplate.render({ amount: money(amount), date: longDate(sentAt), orderId, refundId, claimId }),
  })),
});
