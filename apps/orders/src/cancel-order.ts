import { CancelOrder, OrderCancelled } from '@comptoir/contracts/orders';
import { handle, withCommit } from '@comptoir/messaging';
import { noticesOf } from './end-notice';
import { cancellationAnswer, shortReason, type Ended, type Order } from './order';
import { cancelOrders } from './sql/cancel-orders';
import { readOrders } from './sql/read-orders';
import { tellOfEnds } from './sql/tell-of-ends';

/** CancelOrder -> OrderCancelled. An order that was cancelled before is answered with the first reason. */
export const cancelOrder = handle(CancelOrder, {
  emits: [OrderCancelled],
  async batch(commands, tx) {
    const reasons = new Map(commands.map(({ body }) => [body.orderId, shortReason(body.reason)]));
    const cancelled = await cancelOrders(tx, [...reasons.keys()], [...reasons.values()]);

    const orders = new Map<string, Order>();
    const ended: Ended[] = [];
    for (const { orderId, cartId } of cancelled) {
      const reason = reasons.get(orderId)!;
      orders.set(orderId, { status: 'CANCELLED', orderId, cartId, reason });
      ended.push({ orderId, status: 'CANCELLED', reason, total: null });
    }
    if (ended.length > 0) withCommit(tellOfEnds(tx, noticesOf(ended)));

    const others = [...reasons.keys()].filter((orderId) => !orders.has(orderId));
    if (others.length > 0) for (const order of await readOrders(tx, others)) orders.set(order.orderId, order);
    return commands.map(({ body: { orderId } }) => cancellationAnswer(orderId, orders.get(orderId)));
  },
});
