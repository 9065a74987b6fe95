import { ClaimAssigned } from '@comptoir/contracts/claims';
import { handleRequests } from '@comptoir/messaging';
import { act } from './act';
import { replyOf } from './reply';
import { assign } from './treatment';

/** POST /claims/:id/assign -> ClaimAssigned */
export const assignClaim = handleRequests('assign-claim', {
  emits: [ClaimAssigned],
  async batch(requests: readonly { claimId: string; expected?: readonly number[]; assignee: string }[], tx) {
    return (await act(tx, requests.map(({ assignee, ...on }) => ({ ...on, decide: assign(assignee) })))).map(replyOf);
  },
});
