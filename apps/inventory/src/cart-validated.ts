import { CodedError, type BodyOf } from '@comptoir/contracts';
import { CartValidated } from '@comptoir/contracts/carts';
import { StockRejected, StockReleased, StockReserved, type Bill } from '@comptoir/contracts/inventory';
import { CHECKOUT } from '@comptoir/contracts/orders';
import { PaymentDeclined, PaymentRefunded } from '@comptoir/contracts/payments';
import { isOf, reaction } from '@comptoir/saga';
import { releaseAll } from './release-stock';
import { reserveAll } from './reserve-stock';

/**
 * CartValidated -> StockReserved | StockRejected, in a flow without a coordinator; undone by PaymentDeclined or
 * PaymentRefunded -> StockReleased. By the rules of ReserveStock and ReleaseStock. What payments and orders will need comes
 * along: it is in the event, and is not kept.
 */
export const cartValidated = reaction(CHECKOUT, {
  on: CartValidated,
  kind: 'compensatable',
  emits: [StockReserved, StockRejected],
  refusals: [StockRejected],
  async batch(events, tx) {
    const answers = await reserveAll(tx, events.map(({ body }) => ({ orderId: body.orderId, lines: unitsIn(body.lines) })));
    return answers.map((answer, index) =>
      'shortages' in answer.body ? StockRejected(answer.body) : StockReserved({ ...answer.body, bill: billOf(events[index]!.body) }),
    );
  },
  undoneBy: [PaymentDeclined, PaymentRefunded],
  undo: {
    emits: [StockReleased],
    async batch(events, tx) {
      const reasons = events.map((event) =>
        isOf(event, PaymentDeclined) ? `payment declined: ${event.body.reason}` : (event.body.reason ?? 'payment refunded'),
      );
      const answers = await releaseAll(tx, events.map(({ body }, index) => ({ orderId: body.orderId, reason: reasons[index]! })));
      return answers.map(({ body }, index) => StockReleased({ ...body, reason: reasons[index] }));
    },
  },
});

/** What inventory counts; the price is not its business. */
const unitsIn = (lines: BodyOf<typeof CartValidated>['lines']) => lines.map(({ sku, quantity }) => ({ sku, quantity }));

/** A validated cart in the checkout flow that does not say how it is paid: whoever sent it broke the flow. */
class TokenNotCarried extends CodedError {
  readonly code = 'token-not-carried';
}

function billOf({ orderId, lines, total, paymentToken }: BodyOf<typeof CartValidated>): Bill {
  if (paymentToken === undefined) throw new TokenNotCarried('The validated cart does not carry how it is paid', { orderId });
  return { lines, total, paymentToken };
}
