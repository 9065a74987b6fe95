import { statement } from '@comptoir/messaging';

/**
 * Writes what of each order is back in stock, and moves units between sold and available; locks the stock in key order. The
 * orders' reservations are locked before. Negative units go out of stock.
 * (orderIds uuid[], skus text[], returned bigint[], kept bigint[]; skus text[], each once; units bigint[])
 */
export const moveReturned = statement(
  'move-returned',
  `WITH goods AS (
     INSERT INTO inventory.returned_goods (order_id, sku, returned, kept)
     SELECT * FROM unnest($1::uuid[], $2::text[], $3::bigint[], $4::bigint[]) AS g (order_id, sku, returned, kept)
     ORDER BY g.order_id, g.sku COLLATE "C"
     ON CONFLICT (order_id, sku) DO UPDATE SET returned = EXCLUDED.returned, kept = EXCLUDED.kept
   ), locked AS MATERIALIZED (
     SELECT s.sku FROM inventory.stock s WHERE s.sku = ANY ($5::text[]) ORDER BY s.sku FOR UPDATE
   )
   UPDATE inventory.stock s
   SET available = s.available + u.units, sold = s.sold - u.units, returned = s.returned + u.units
   FROM locked l JOIN unnest($5::text[], $6::bigint[]) AS u (sku, units) ON u.sku = l.sku
   WHERE s.sku = l.sku`,
);
