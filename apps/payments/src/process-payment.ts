import type { BodyOf } from '@comptoir/contracts';
import { PaymentDeclined, PaymentProcessed, ProcessPayment, RefundStrayCapture } from '@comptoir/contracts/payments';
import { handle, type HandlerContext, type SqlTransaction } from '@comptoir/messaging';
import { v7 as uuidv7 } from 'uuid';
import { PaymentNotFound } from './errors';
import { PaymentGateway } from './gateway/payment-gateway';
import { fromRow, paymentOf, settle, type Learned, type Payment, type Settlement } from './payment';
import { save } from './save';
import { insertPayments } from './sql/insert-payments';
import { lockPayments } from './sql/lock-payments';
import { paymentStates } from './sql/payment-states';

/**
 * ProcessPayment -> PaymentProcessed | PaymentDeclined. Captures at the gateway before the transaction, under the order's
 * id as idempotency key, so that an order is captured at most once however often this runs. An order that has a payment is
 * answered from its row; what the gateway may hold for a void one is given back (RefundStrayCapture, to this service).
 */
export const processPayment = handle(ProcessPayment, {
  emits: [PaymentProcessed, PaymentDeclined, RefundStrayCapture],

  known: (commands, tx) => knownPayments(tx, commands.map(({ body }) => body)),
  call: ({ body }, context) => capture(body, context),
  batch: (commands, tx, results) => settleAll(tx, commands.map(({ body }) => body), results),
});

/** An order's payment, whoever wants it. */
export type PaymentDue = BodyOf<typeof ProcessPayment>;

/** Orders that have a payment are not asked for at the gateway. */
export async function knownPayments(tx: SqlTransaction, orders: readonly { orderId: string }[]): Promise<(Learned | undefined)[]> {
  const orderIds = orders.map(({ orderId }) => orderId);
  const settled = new Set((await paymentStates(tx, orderIds)).map(({ orderId }) => orderId));
  return orderIds.map((orderId) => (settled.has(orderId) ? fromRow : undefined));
}

export async function capture({ orderId, amount, token }: PaymentDue, { signal, get }: HandlerContext): Promise<Learned> {
  const charge = await get(PaymentGateway).capture({ key: orderId, amount, token }, signal);
  return { from: 'gateway', charge };
}

/** Records what the gateway said, and answers each due payment, in their order; with a RefundStrayCapture where there is one. */
export async function settleAll(tx: SqlTransaction, dues: readonly Omit<PaymentDue, 'token'>[], results: readonly Learned[]) {
  const learned = new Map<string, Learned>();
  dues.forEach(({ orderId }, index) => {
    const result = results[index] ?? fromRow;
    if (result.from === 'gateway' || !learned.has(orderId)) learned.set(orderId, result);
  });
  const payments = await record(tx, learned);

  const changed: Payment[] = [];
  const outcomes = dues.map(({ orderId, amount }) => {
    const payment = payments.get(orderId);
    if (!payment) throw new PaymentNotFound({ orderId });
    const { save: next, giveBack }: Settlement = settle(payment, amount, learned.get(orderId) ?? fromRow);
    if (next) {
      changed.push(next);
      payments.set(orderId, next);
    }
    const answer = answerOf(payment);
    return giveBack ? ([answer, RefundStrayCapture({ orderId, amount: giveBack })] as const) : ([answer] as const);
  });
  save(tx, changed);
  return outcomes;
}

/** Writes what the gateway said of orders without a payment; the other orders' payments are locked. */
async function record(tx: SqlTransaction, learned: ReadonlyMap<string, Learned>): Promise<Map<string, Payment>> {
  const payments = new Map<string, Payment>();
  for (const [orderId, result] of learned)
    if (result.from === 'gateway' && result.charge) payments.set(orderId, paymentOf(orderId, uuidv7(), result.charge));
  const fresh = [...payments.values()];
  const inserted = fresh.length > 0 ? await insert(tx, fresh) : new Set<string>();
  const others = [...learned.keys()].filter((orderId) => !inserted.has(orderId));
  if (others.length > 0)
    for (const payment of await lockPayments(tx, others)) payments.set(payment.orderId, payment);
  return payments;
}

async function insert(tx: SqlTransaction, payments: readonly Payment[]): Promise<ReadonlySet<string>> {
  const inserted = await insertPayments(
    tx,
    payments.map(({ orderId }) => orderId),
    payments.map(({ paymentId }) => paymentId),
    payments.map(({ state }) => state),
    payments.map(({ captured }) => captured),
    payments.map(({ refunded }) => refunded),
    payments.map(({ currency }) => currency),
    payments.map(({ reason }) => reason),
  );
  return new Set(inserted.map(({ orderId }) => orderId));
}

/** The recorded answer, unless it no longer holds: money that has been given back does not pay an order. */
function answerOf({ orderId, paymentId, state, captured, currency, reason }: Payment) {
  switch (state) {
    case 'captured':
      return PaymentProcessed({ orderId, paymentId, amount: { amount: captured, currency: currency ?? '' } });
    case 'declined':
      return PaymentDeclined({ orderId, reason: reason ?? 'declined' });
    case 'void':
    case 'refunded':
    case 'stray':
    case 'stray-refunded':
      return PaymentDeclined({ orderId, reason: 'void' });
  }
}
