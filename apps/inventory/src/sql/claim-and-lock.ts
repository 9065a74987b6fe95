import { statement } from '@comptoir/messaging';

export interface ClaimedOrLocked {
  /** Set in rows of orders that had no reservation before. */
  readonly orderId: string | null;
  /** Set in rows of stock. */
  readonly sku: string | null;
  readonly available: number | null;
}

/**
 * Inserts the orders' reservations, as reserved until decided otherwise, then locks their stock: one round trip. Every
 * operation takes its locks in this sequence, reservations by order id and then stock by SKU, so none waits in a circle.
 * The count makes the insert run first: PostgreSQL runs a WITH clause when something reads it. Rows come as of the lock.
 * (orderIds uuid[], lines json[], skus text[])
 */
export const claimAndLock = statement<ClaimedOrLocked>(
  'claim-and-lock',
  `WITH claimed AS (
     INSERT INTO inventory.reservation (order_id, state, lines)
     SELECT w.order_id, 'reserved', w.lines
     FROM unnest($1::uuid[], $2::json[]) AS w (order_id, lines)
     ORDER BY w.order_id
     ON CONFLICT (order_id) DO NOTHING
     RETURNING order_id
   ), locked AS MATERIALIZED (
     SELECT s.sku, s.available
     FROM inventory.stock s
     WHERE s.sku = ANY ($3::text[]) AND (SELECT count(*) FROM claimed) >= 0
     ORDER BY s.sku
     FOR UPDATE
   )
   SELECT NULL::uuid AS "orderId", sku, available::float8 AS available FROM locked
   UNION ALL
   SELECT order_id, NULL, NULL FROM claimed`,
);
