import { statement, unpacked } from '@comptoir/messaging';

/**
 * PENDING -> COMPLETED, unless it has been given up. Returns the orders it ended; locks in key order.
 * (orderIds uuid[], lines json, packed; totals bigint[], currencies text[])
 */
export const completeOrders = statement<{ readonly orderId: string; readonly customerId: string }>(
  'complete-orders',
  `UPDATE orders.customer_order o
   SET status = 'COMPLETED', lines = c.lines, total = c.total, currency = c.currency, ended_at = now()
   FROM unnest($1::uuid[], ${unpacked(2, 'json')}, $3::bigint[], $4::text[]) AS c (order_id, lines, total, currency)
   JOIN (
     SELECT order_id FROM orders.customer_order
     WHERE order_id = ANY ($1::uuid[]) AND status = 'PENDING' AND refusal IS NULL ORDER BY order_id FOR UPDATE
   ) l USING (order_id)
   WHERE o.order_id = c.order_id AND o.status = 'PENDING' AND o.refusal IS NULL
   RETURNING o.order_id AS "orderId", o.customer_id AS "customerId"`,
);
