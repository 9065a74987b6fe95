import { statement } from '@comptoir/messaging';

/**
 * Reservations become sold, and so do their units. Locks the stock in key order; the reservations are locked before.
 * (orderIds uuid[], skus text[], quantities bigint[])
 */
export const sell = statement(
  'sell',
  `WITH sold AS (
     UPDATE inventory.reservation SET state = 'sold', changed_at = now() WHERE order_id = ANY ($1::uuid[])
   ), locked AS MATERIALIZED (
     SELECT s.sku FROM inventory.stock s WHERE s.sku = ANY ($2::text[]) ORDER BY s.sku FOR UPDATE
   )
   UPDATE inventory.stock s
   SET reserved = s.reserved - u.quantity, sold = s.sold + u.quantity
   FROM locked l JOIN unnest($2::text[], $3::bigint[]) AS u (sku, quantity) ON u.sku = l.sku
   WHERE s.sku = l.sku`,
);
