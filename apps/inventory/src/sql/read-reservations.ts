import { statement } from '@comptoir/messaging';
import type { Reservation } from '../reservation';

/** Reservations of these orders, as they are now. (orderIds uuid[]) */
export const readReservations = statement<Reservation>(
  'read-reservations',
  `SELECT order_id AS "orderId", state, lines, reason, shortages
   FROM inventory.reservation
   WHERE order_id = ANY ($1::uuid[])`,
);
