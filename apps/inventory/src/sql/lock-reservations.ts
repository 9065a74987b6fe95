import { statement } from '@comptoir/messaging';
import type { Reservation } from '../reservation';

/** The same, locked in key order. (orderIds uuid[]) */
export const lockReservations = statement<Reservation>(
  'lock-reservations',
  `SELECT order_id AS "orderId", state, lines, reason, shortages
   FROM inventory.reservation
   WHERE order_id = ANY ($1::uuid[])
   ORDER BY order_id
   FOR UPDATE`,
);
