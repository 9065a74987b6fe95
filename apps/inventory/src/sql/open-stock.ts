import { statement } from '@comptoir/messaging';

/**
 * Sets opening stock, in key order, wherever nothing has been received, reserved, sold or returned yet. Returns the SKUs it set;
 * the others are locked too. (skus text[], quantities bigint[])
 */
export const openStock = statement<{ readonly sku: string }>(
  'open-stock',
  `INSERT INTO inventory.stock AS s (sku, opening, available)
   SELECT u.sku, u.quantity, u.quantity
   FROM unnest($1::text[], $2::bigint[]) AS u (sku, quantity)
   ORDER BY u.sku COLLATE "C"
   ON CONFLICT (sku) DO UPDATE SET opening = EXCLUDED.opening, available = EXCLUDED.available
     WHERE s.received = 0 AND s.reserved = 0 AND s.sold = 0 AND s.returned = 0
   RETURNING sku`,
);
