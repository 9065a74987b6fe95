import { REFUND, RefundRequested } from '@comptoir/contracts/claims';
import { ReturnRefused, ReturnReversed } from '@comptoir/contracts/inventory';
import { RefundCalculated, RefundHoldReleased, RefundRefused } from '@comptoir/contracts/payments';
import { reaction } from '@comptoir/saga';
import { Ledger } from './ledger';
import { requestAnswer, undoAnswer } from './refund';
import { hold, release } from './rules';

/**
 * RefundRequested -> RefundCalculated | RefundRefused: holds what is to be given back, under the lock of the order's payment.
 * Undone by ReturnRefused and ReturnReversed -> RefundHoldReleased; where nothing had been requested yet the refund is void.
 */
export const holdRefund = reaction(REFUND, {
  on: RefundRequested,
  kind: 'compensatable',
  emits: [RefundCalculated, RefundRefused],
  refusals: [RefundRefused],
  async batch(events, tx) {
    const bodies = events.map(({ body }) => body);
    const ledger = await Ledger.open(tx, bodies);
    const refunds = bodies.map((body) => ledger.apply(body, (entry) => hold(entry, body)));
    await ledger.save();
    return refunds.map(requestAnswer);
  },
  undoneBy: [ReturnRefused, ReturnReversed],
  undo: {
    emits: [RefundHoldReleased],
    async batch(events, tx) {
      const bodies = events.map(({ body }) => body);
      const ledger = await Ledger.open(tx, bodies);
      const refunds = bodies.map((body) => ledger.apply(body, (entry) => release(entry, body, body.reason)));
      await ledger.save();
      return refunds.map(undoAnswer);
    },
  },
});
