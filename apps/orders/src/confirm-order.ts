import type { BodyOf } from '@comptoir/contracts';
import { ConfirmOrder, OrderConfirmationRefused, OrderConfirmed } from '@comptoir/contracts/orders';
import { handle, packed, withCommit, type SqlTransaction } from '@comptoir/messaging';
import { noticesOf } from './end-notice';
import { confirmationAnswer, type Ended, type Order } from './order';
import { completeOrders } from './sql/complete-orders';
import { readOrders } from './sql/read-orders';
import { tellOfEnds } from './sql/tell-of-ends';

/**
 * ConfirmOrder -> OrderConfirmed | OrderConfirmationRefused: the point of no return. An order that has ended is answered
 * from its row.
 */
export const confirmOrder = handle(ConfirmOrder, {
  emits: [OrderConfirmed, OrderConfirmationRefused],
  batch: (commands, tx) => confirmAll(tx, commands.map(({ body }) => body)),
});

export type Confirmation = BodyOf<typeof ConfirmOrder>;

/** Confirms orders, whoever says so; an answer for each, in their order. */
export async function confirmAll(tx: SqlTransaction, confirmations: readonly Confirmation[]) {
  const wanted = new Map(confirmations.map((each) => [each.orderId, each]));
  const bodies = [...wanted.values()];
  const completed = await completeOrders(
    tx,
    bodies.map(({ orderId }) => orderId),
    packed(bodies.map(({ lines }) => JSON.stringify(lines))),
    bodies.map(({ total }) => total.amount),
    bodies.map(({ total }) => total.currency),
  );

  const orders = new Map<string, Order>();
  const ended: Ended[] = [];
  for (const { orderId, customerId } of completed) {
    const { lines, total } = wanted.get(orderId)!;
    orders.set(orderId, { status: 'COMPLETED', orderId, customerId, lines, total });
    ended.push({ orderId, status: 'COMPLETED', reason: null, total });
  }
  if (ended.length > 0) withCommit(tellOfEnds(tx, noticesOf(ended)));

  const others = [...wanted.keys()].filter((orderId) => !orders.has(orderId));
  if (others.length > 0) for (const order of await readOrders(tx, others)) orders.set(order.orderId, order);
  return confirmations.map(({ orderId }) => confirmationAnswer(orderId, orders.get(orderId)));
}
