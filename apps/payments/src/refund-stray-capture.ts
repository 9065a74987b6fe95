import { RefundStrayCapture, StrayCaptureRefunded } from '@comptoir/contracts/payments';
import { handle, RetryNow } from '@comptoir/messaging';
import { PaymentNotFound } from './errors';
import { PaymentGateway } from './gateway/payment-gateway';
import { fromRow, refundStray, type Learned, type Payment } from './payment';
import { save } from './save';
import { lockPayments } from './sql/lock-payments';
import { paymentStates } from './sql/payment-states';

/**
 * RefundStrayCapture -> StrayCaptureRefunded; from this service to itself. Gives back what the gateway holds for a void
 * payment: a capture that came through after the refund, or one whose answer was lost. Nothing, where it holds nothing.
 */
export const refundStrayCapture = handle(RefundStrayCapture, {
  emits: [StrayCaptureRefunded],

  async known(commands, tx): Promise<(Learned | undefined)[]> {
    const orderIds = commands.map(({ body }) => body.orderId);
    const states = new Map((await paymentStates(tx, orderIds)).map(({ orderId, state }) => [orderId, state]));
    return orderIds.map((orderId) => {
      const state = states.get(orderId);
      return state === 'void' || state === 'stray' ? undefined : fromRow;
    });
  },

  async call({ body: { orderId } }, { signal, get }): Promise<Learned> {
    return { from: 'gateway', charge: await get(PaymentGateway).refund(orderId, signal) };
  },

  async batch(commands, tx, results) {
    const orderIds = [...new Set(commands.map(({ body }) => body.orderId))];
    const payments = new Map((await lockPayments(tx, orderIds)).map((row) => [row.orderId, row]));

    const changed: Payment[] = [];
    const outcomes = commands.map(({ body: { orderId, amount } }, index) => {
      const payment = payments.get(orderId);
      if (!payment) throw new PaymentNotFound({ orderId });
      const decision = refundStray(payment, results[index] ?? fromRow);
      if (decision === 'look-again') throw new RetryNow(`The payment of order ${orderId} has become ${payment.state} meanwhile`, { orderId });
      if (decision.save) {
        changed.push(decision.save);
        payments.set(orderId, decision.save);
      }
      return StrayCaptureRefunded({ orderId, amount: { amount: decision.refunded, currency: amount.currency } });
    });
    save(tx, changed);
    return outcomes;
  },
});
