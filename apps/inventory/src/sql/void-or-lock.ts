import { statement } from '@comptoir/messaging';
import type { Reservation } from '../reservation';

/**
 * Locks the orders' reservations in key order, making one that is not there void. The update changes nothing: unlike
 * DO NOTHING it waits for a reservation that is being inserted just now, and returns it.
 * (orderIds uuid[], each once; reasons text[])
 */
export const voidOrLock = statement<Reservation>(
  'void-or-lock',
  `INSERT INTO inventory.reservation AS r (order_id, state, lines, reason)
   SELECT w.order_id, 'void', '[]', w.reason
   FROM unnest($1::uuid[], $2::text[]) AS w (order_id, reason)
   ORDER BY w.order_id
   ON CONFLICT (order_id) DO UPDATE SET state = r.state
   RETURNING order_id AS "orderId", state, lines, reason, shortages`,
);
