import { ClaimApproved, RefundRequested } from '@comptoir/contracts/claims';
import { handleRequests } from '@comptoir/messaging';
import { v7 as uuidv7 } from 'uuid';
import { act } from './act';
import type { Granted } from './refund-lines';
import { replyOf } from './reply';
import { approve } from './treatment';

/** POST /claims/:id/approve -> ClaimApproved and RefundRequested, which starts the flow of a new refund. */
export const approveClaim = handleRequests('approve-claim', {
  emits: [ClaimApproved, RefundRequested],
  async batch(requests: readonly { claimId: string; expected?: readonly number[]; lines: readonly Granted[] }[], tx) {
    return (await act(tx, requests.map(({ lines, ...on }) => ({ ...on, decide: approve(lines, uuidv7()) })))).map(replyOf);
  },
});
