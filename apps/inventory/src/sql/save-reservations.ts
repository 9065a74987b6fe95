import { statement } from '@comptoir/messaging';

/**
 * Moves what was taken from available to reserved, and turns the rows of refused orders into rejected ones. All rows
 * are locked already.
 * (skus text[], quantities bigint[], rejected orderIds uuid[], reasons text[], shortages json[])
 */
export const saveReservations = statement(
  'save-reservations',
  `WITH moved AS (
     UPDATE inventory.stock s
     SET available = s.available - t.quantity, reserved = s.reserved + t.quantity
     FROM unnest($1::text[], $2::bigint[]) AS t (sku, quantity)
     WHERE s.sku = t.sku
   )
   UPDATE inventory.reservation r
   SET state = 'rejected', reason = x.reason, shortages = x.shortages
   FROM unnest($3::uuid[], $4::text[], $5::json[]) AS x (order_id, reason, shortages)
   WHERE r.order_id = x.order_id`,
);
