import { statement } from '@comptoir/messaging';

/**
 * Reservations become released, and their units available again. Locks the stock in key order; the reservations are
 * locked before. (orderIds uuid[], reasons text[], skus text[], quantities bigint[])
 */
export const giveBack = statement(
  'give-back',
  `WITH released AS (
     UPDATE inventory.reservation r
     SET state = 'released', reason = w.reason, changed_at = now()
     FROM unnest($1::uuid[], $2::text[]) AS w (order_id, reason)
     WHERE r.order_id = w.order_id
   ), locked AS MATERIALIZED (
     SELECT s.sku FROM inventory.stock s WHERE s.sku = ANY ($3::text[]) ORDER BY s.sku FOR UPDATE
   )
   UPDATE inventory.stock s
   SET available = s.available + u.quantity, reserved = s.reserved - u.quantity
   FROM locked l JOIN unnest($3::text[], $4::bigint[]) AS u (sku, quantity) ON u.sku = l.sku
   WHERE s.sku = l.sku`,
);
