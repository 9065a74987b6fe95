import { CancelOrder, OrderCancelled } from '@comptoir/contracts/orders';
import { handle, withCommit, type SqlTransaction } from '@comptoir/messaging';
import { noticesOf } from './end-notice';
import { cancellationAnswer, shortReason, type Ended, type Order } from './order';
import { cancelOrders } from './sql/cancel-orders';
import { readOrders } from './sql/read-orders';
import { tellOfEnds } from './sql/tell-of-ends';

/** CancelOrder -> OrderCancelled. An order that was cancelled before is answered with the first reason. */
export const cancelOrder = handle(CancelOrder, {
  emits: [OrderCancelled],
  batch: (commands, tx) => cancelAll(tx, commands.map(({ body }) => body)),
});

export interface Cancellation {
  readonly orderId: string;
  readonly reason: string;
}

/** Cancels orders, whoever says so; an answer for each, in their order. */
export async function cancelAll(tx: SqlTransaction, cancellations: readonly Cancellation[]) {
  const reasons = new Map(cancellations.map(({ orderId, reason }) => [orderId, shortReason(reason)]));
  const cancelled = await cancelOrders(tx, [...reasons.keys()], [...reasons.values()]);

  const orders = new Map<string, Order>();
  const ended: Ended[] = [];
  for (const { orderId, cartId, reason } of cancelled) {
    orders.set(orderId, { status: 'CANCELLED', orderId, cartId, reason });
    ended.push({ orderId, status: 'CANCELLED', reason, total: null });
  }
  if (ended.length > 0) withCommit(tellOfEnds(tx, noticesOf(ended)));

  const others = [...reasons.keys()].filter((orderId) => !orders.has(orderId));
  if (others.length > 0) for (const order of await readOrders(tx, others)) orders.set(order.orderId, order);
  return cancellations.map(({ orderId }) => cancellationAnswer(orderId, orders.get(orderId)));
}
