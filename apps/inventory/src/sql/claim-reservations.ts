import { statement, unpacked } from '@comptoir/messaging';

/**
 * Inserts reservations of orders that have none, as reserved until decided otherwise, in key order; returns those.
 * Waits for another transaction that is just inserting one of them. (orderIds uuid[], each once; lines json, packed)
 */
export const claimReservations = statement<{ readonly orderId: string }>(
  'claim-reservations',
  `INSERT INTO inventory.reservation (order_id, state, lines)
   SELECT w.order_id, 'reserved', w.lines
   FROM unnest($1::uuid[], ${unpacked(2, 'json')}) AS w (order_id, lines)
   ORDER BY w.order_id
   ON CONFLICT (order_id) DO NOTHING
   RETURNING order_id AS "orderId"`,
);
