import { TreatmentStarted } from '@comptoir/contracts/claims';
import { handleRequests } from '@comptoir/messaging';
import { act } from './act';
import { replyOf } from './reply';
import { startTreatment } from './treatment';

/** POST /claims/:id/start-treatment -> TreatmentStarted */
export const beginTreatment = handleRequests('start-treatment', {
  emits: [TreatmentStarted],
  async batch(requests: readonly { claimId: string; expected?: readonly number[] }[], tx) {
    return (await act(tx, requests.map((on) => ({ ...on, decide: startTreatment() })))).map(replyOf);
  },
});
