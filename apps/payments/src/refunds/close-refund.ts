import { CloseRefund, RefundFailed, RefundIssued } from '@comptoir/contracts/payments';
import { handle } from '@comptoir/messaging';
import { askGateway, askWherePaying, PAYOUT_RETRY } from './ask-gateway';
import { Ledger } from './ledger';
import { endAnswer } from './refund';
import { close } from './rules';
import { refundStates } from './sql/refund-states';

/**
 * CloseRefund -> RefundIssued | RefundFailed: it has been paid out, or from now on it never will be. One that is being paid
 * out is finished here: the gateway is asked under the same key, and says what became of it.
 */
export const closeRefund = handle(CloseRefund, {
  emits: [RefundIssued, RefundFailed],
  retry: PAYOUT_RETRY,
  async known(commands, tx) {
    const refundIds = commands.map(({ body }) => body.refundId);
    return askWherePaying(refundIds, await refundStates(tx, refundIds));
  },
  call: ({ body }, context) => askGateway(body.refundId, context),
  async batch(commands, tx, results) {
    const bodies = commands.map(({ body }) => body);
    const ledger = await Ledger.open(tx, bodies);
    const refunds = bodies.map((body, index) => ledger.apply(body, (entry) => close(entry, body, body.reason, results[index]?.payout)));
    await ledger.save();
    return refunds.map(endAnswer);
  },
});
