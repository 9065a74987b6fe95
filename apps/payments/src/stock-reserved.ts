import { CodedError, type BodyOf } from '@comptoir/contracts';
import { StockReserved, type Bill } from '@comptoir/contracts/inventory';
import { CHECKOUT, OrderConfirmationRefused } from '@comptoir/contracts/orders';
import { PaymentDeclined, PaymentProcessed, PaymentRefunded, RefundStrayCapture } from '@comptoir/contracts/payments';
import { reaction } from '@comptoir/saga';
import { capture, knownPayments, settleAll } from './process-payment';
import { giveBackAtGateway, knownRefunds, refundAll } from './refund-payment';

/**
 * StockReserved -> PaymentProcessed | PaymentDeclined, in a flow without a coordinator; undone by OrderConfirmationRefused ->
 * PaymentRefunded. By the rules of ProcessPayment and RefundPayment. The lines go on to orders; how it is paid goes no further.
 */
export const stockReserved = reaction(CHECKOUT, {
  on: StockReserved,
  kind: 'compensatable',
  emits: [PaymentProcessed, PaymentDeclined, RefundStrayCapture],
  refusals: [PaymentDeclined],
  known: (events, tx) => knownPayments(tx, events.map(({ body }) => body)),
  call({ body }, context) {
    const { total, paymentToken } = billIn(body);
    return capture({ orderId: body.orderId, amount: total, token: paymentToken }, context);
  },
  async batch(events, tx, results) {
    const bills = events.map(({ body }) => ({ orderId: body.orderId, ...billIn(body) }));
    const outcomes = await settleAll(tx, bills.map(({ orderId, total }) => ({ orderId, amount: total })), results);
    return outcomes.map(([answer, ...more], index) => {
      if (!('paymentId' in answer.body)) return [PaymentDeclined(answer.body), ...more];
      return [PaymentProcessed({ ...answer.body, lines: bills[index]!.lines }), ...more];
    });
  },
  undoneBy: OrderConfirmationRefused,
  undo: {
    emits: [PaymentRefunded],
    known: (events, tx) => knownRefunds(tx, events.map(({ body }) => body)),
    call: ({ body }, context) => giveBackAtGateway(body, context),
    async batch(events, tx, results) {
      const answers = await refundAll(tx, events.map(({ body }) => body), results);
      return answers.map(({ body }, index) => PaymentRefunded({ ...body, reason: events[index]!.body.reason }));
    },
  },
});

/** A reservation in the checkout flow that does not say what is to be paid: whoever sent it broke the flow. */
class BillNotCarried extends CodedError {
  readonly code = 'bill-not-carried';
}

function billIn({ orderId, bill }: BodyOf<typeof StockReserved>): Bill {
  if (!bill) throw new BillNotCarried('The reservation does not carry what is to be paid', { orderId });
  return bill;
}
