import { ClaimRejected } from '@comptoir/contracts/claims';
import { handleRequests } from '@comptoir/messaging';
import { act } from './act';
import { replyOf } from './reply';
import { reject } from './treatment';

/** POST /claims/:id/reject -> ClaimRejected */
export const rejectClaim = handleRequests('reject-claim', {
  emits: [ClaimRejected],
  async batch(requests: readonly { claimId: string; expected?: readonly number[]; reason: string }[], tx) {
    return (await act(tx, requests.map(({ reason, ...on }) => ({ ...on, decide: reject(reason) })))).map(replyOf);
  },
});
