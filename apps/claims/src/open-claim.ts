import { ClaimOpened, ClaimVerified } from '@comptoir/contracts/claims';
import { handleRequests } from '@comptoir/messaging';
import { v7 as uuidv7 } from 'uuid';
import { act } from './act';
import { replyOf } from './reply';
import { open, type Complaint, type OrderLookup } from './treatment';

/**
 * A complaint with what orders said of it. Only the complaint is the caller's request: repeated under its idempotency key it
 * is the same one, whatever orders says by then.
 */
export class ClaimRequest {
  constructor(
    readonly complaint: Omit<Complaint, 'claimId'>,
    readonly lookup: OrderLookup,
  ) {}

  toJSON() {
    return this.complaint;
  }
}

/** POST /claims -> ClaimOpened, and ClaimVerified where the order is known. Starts the flow of the claim's treatment. */
export const openClaim = handleRequests('open-claim', {
  emits: [ClaimOpened, ClaimVerified],
  async batch(requests: readonly ClaimRequest[], tx) {
    const acts = requests.map(({ complaint, lookup }) => {
      const claimId = uuidv7();
      return { claimId, decide: open({ ...complaint, claimId }, lookup) };
    });
    return (await act(tx, acts)).map(replyOf);
  },
});
