import { REFUND } from '@comptoir/contracts/claims';
import { StockReturned } from '@comptoir/contracts/inventory';
import { RefundFailed, RefundIssued } from '@comptoir/contracts/payments';
import { reaction } from '@comptoir/saga';
import { askGateway, askWherePaying, PAYOUT_RETRY } from './ask-gateway';
import { Ledger } from './ledger';
import { endAnswer } from './refund';
import { payOut as rule } from './rules';
import { startPayouts } from './sql/start-payouts';

/**
 * StockReturned -> RefundIssued | RefundFailed: the point of no return. The refund is `paying` in the database before the
 * gateway is asked, so that whatever comes meanwhile finds that it may be paid; only the gateway's answer ends that.
 */
export const payOut = reaction(REFUND, {
  on: StockReturned,
  kind: 'pivot',
  emits: [RefundIssued, RefundFailed],
  refusals: [RefundFailed],
  retry: PAYOUT_RETRY,
  async known(events, tx) {
    const refundIds = events.map(({ body }) => body.refundId);
    return askWherePaying(refundIds, await startPayouts(tx, refundIds));
  },
  call: ({ body }, context) => askGateway(body.refundId, context),
  async batch(events, tx, results) {
    const bodies = events.map(({ body }) => body);
    const ledger = await Ledger.open(tx, bodies);
    const refunds = bodies.map((body, index) => ledger.apply(body, (entry) => rule(entry, body, results[index]?.payout)));
    await ledger.save();
    return refunds.map(endAnswer);
  },
});
