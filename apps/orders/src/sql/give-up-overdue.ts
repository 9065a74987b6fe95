import { statement } from '@comptoir/messaging';

/**
 * Open orders whose deadline has passed are given up: from now on they will not be confirmed. Until it ends each is
 * said again after as long as it has been open by then. Takes what no other transaction has locked and waits for none; whoever confirms
 * an order at the same time decides. (horizon timestamptz, reason text, limit int)
 */
export const giveUpOverdue = statement<{ readonly orderId: string; readonly refusal: string }>(
  'give-up-overdue',
  `UPDATE orders.customer_order o
   SET refusal = coalesce(o.refusal, $2::text), deadline = now() + greatest(now() - o.placed_at, interval '30 seconds')
   FROM (
     SELECT order_id FROM orders.customer_order
     WHERE status = 'PENDING' AND deadline IS NOT NULL AND deadline <= least(now(), $1::timestamptz)
     ORDER BY deadline LIMIT $3::int FOR UPDATE SKIP LOCKED
   ) due
   WHERE o.order_id = due.order_id
   RETURNING o.order_id AS "orderId", o.refusal`,
);
