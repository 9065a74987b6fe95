import { statement } from '@comptoir/messaging';

/**
 * Writes receipts and adds their units to the stock, in key order; a SKU's first receipt creates it.
 * (receiptIds uuid[], lines json[], skus text[], quantities bigint[])
 */
export const receive = statement(
  'receive',
  `WITH received AS (
     INSERT INTO inventory.receipt (receipt_id, lines)
     SELECT w.receipt_id, w.lines FROM unnest($1::uuid[], $2::json[]) AS w (receipt_id, lines)
   )
   INSERT INTO inventory.stock AS s (sku, received, available)
   SELECT u.sku, u.quantity, u.quantity
   FROM unnest($3::text[], $4::bigint[]) AS u (sku, quantity)
   ORDER BY u.sku COLLATE "C"
   ON CONFLICT (sku) DO UPDATE SET received = s.received + EXCLUDED.received, available = s.available + EXCLUDED.available`,
);
