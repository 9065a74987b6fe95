import { CLAIM_TREATMENT, ClaimRejected } from '@comptoir/contracts/claims';
import { reaction } from '@comptoir/saga';
import { longDate } from './format';
import { telling } from './telling';
import { claimRejectedTemplate } from './templates/claim-rejected';

/** ClaimRejected -> CustomerNotified | NotificationFailed. The cause is the claim, which is rejected once. */
export const claimRejected = reaction(CLAIM_TREATMENT, {
  on: ClaimRejected,
  ...telling<typeof ClaimRejected>(({ sentAt, body: { claimId, orderId, customerId, reason } }) => ({
    template: claimRejectedTemplate.name,
    causeId: claimId,
    customerId,
    ...claimRejectedTemplate.render({ date: longDate(sentAt), orderId, claimId, reason }),
  })),
});
