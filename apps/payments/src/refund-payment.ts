import { PaymentRefunded, RefundPayment } from '@comptoir/contracts/payments';
import { handle, RetryNow, type HandlerContext, type SqlTransaction } from '@comptoir/messaging';
import { v7 as uuidv7 } from 'uuid';
import { PaymentNotFound } from './errors';
import { PaymentGateway } from './gateway/payment-gateway';
import { fromRow, refund, type Learned, type Payment } from './payment';
import { save } from './save';
import { paymentStates } from './sql/payment-states';
import { voidOrLock } from './sql/void-or-lock';

/**
 * RefundPayment -> PaymentRefunded; undoes ProcessPayment. Where that has not come through yet the payment is void from
 * now on. The gateway is asked even then: an answer that got lost may have left a capture there, under the order's key.
 */
export const refundPayment = handle(RefundPayment, {
  emits: [PaymentRefunded],

  known: (commands, tx) => knownRefunds(tx, commands.map(({ body }) => body)),
  call: ({ body }, context) => giveBackAtGateway(body, context),
  batch: (commands, tx, results) => refundAll(tx, commands.map(({ body }) => body), results),
});

/** The gateway holds nothing of an order whose payment was refunded or declined; a stray capture is seen to elsewhere. */
export async function knownRefunds(tx: SqlTransaction, orders: readonly { orderId: string }[]): Promise<(Learned | undefined)[]> {
  const orderIds = orders.map(({ orderId }) => orderId);
  const states = new Map((await paymentStates(tx, orderIds)).map(({ orderId, state }) => [orderId, state]));
  return orderIds.map((orderId) => {
    const state = states.get(orderId);
    return state === undefined || state === 'captured' ? undefined : fromRow;
  });
}

export async function giveBackAtGateway({ orderId }: { orderId: string }, { signal, get }: HandlerContext): Promise<Learned> {
  return { from: 'gateway', charge: await get(PaymentGateway).refund(orderId, signal) };
}

/** Undoes payments, whoever asks for it; an answer for each, in their order. */
export async function refundAll(tx: SqlTransaction, refunds: readonly { orderId: string; reason: string }[], results: readonly Learned[]) {
  const reasons = new Map(refunds.map(({ orderId, reason }) => [orderId, reason]));
  const orderIds = [...reasons.keys()];
  const rows = await voidOrLock(
    tx,
    orderIds,
    orderIds.map(() => uuidv7()),
    [...reasons.values()],
  );
  const payments = new Map(rows.map((row) => [row.orderId, row]));

  const changed: Payment[] = [];
  const outcomes = refunds.map(({ orderId, reason }, index) => {
    const payment = payments.get(orderId);
    if (!payment) throw new PaymentNotFound({ orderId });
    const decision = refund(payment, reason, results[index] ?? fromRow);
    if (decision === 'look-again') throw new RetryNow(`The payment of order ${orderId} has become ${payment.state} meanwhile`, { orderId });
    if (decision.save) {
      changed.push(decision.save);
      payments.set(orderId, decision.save);
    }
    const { refunded } = decision;
    const currency = refunded > 0 ? (decision.save ?? payment).currency : null;
    return PaymentRefunded({ orderId, refunded, currency });
  });
  save(tx, changed);
  return outcomes;
}
