import { statement } from '@comptoir/messaging';
import type { Payment } from '../payment';

/** Payments of these orders, locked in key order. (orderIds uuid[]) */
export const lockPayments = statement<Payment>(
  'lock-payments',
  `SELECT order_id AS "orderId", payment_id AS "paymentId", state, captured::float8 AS captured,
     refunded::float8 AS refunded, currency, reason
   FROM payments.payment
   WHERE order_id = ANY ($1::uuid[])
   ORDER BY order_id
   FOR UPDATE`,
);
