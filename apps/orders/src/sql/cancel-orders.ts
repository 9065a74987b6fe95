import { statement } from '@comptoir/messaging';

/**
 * PENDING -> CANCELLED, for this reason or for the one it was given up for before. Returns the orders it ended; locks in key
 * order. (orderIds uuid[], reasons text[])
 */
export const cancelOrders = statement<{ readonly orderId: string; readonly cartId: string; readonly reason: string }>(
  'cancel-orders',
  `UPDATE orders.customer_order o
   SET status = 'CANCELLED', reason = coalesce(o.refusal, c.reason), ended_at = now()
   FROM unnest($1::uuid[], $2::text[]) AS c (order_id, reason)
   JOIN (
     SELECT order_id FROM orders.customer_order
     WHERE order_id = ANY ($1::uuid[]) AND status = 'PENDING' ORDER BY order_id FOR UPDATE
   ) l USING (order_id)
   WHERE o.order_id = c.order_id AND o.status = 'PENDING'
   RETURNING o.order_id AS "orderId", o.cart_id AS "cartId", o.reason`,
);
