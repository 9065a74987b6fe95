import { statement } from '@comptoir/messaging';
import type { Account } from '../rules';

/** The money of these orders' payments, locked in key order. (orderIds uuid[]) */
export const lockAccounts = statement<Account>(
  'lock-accounts',
  `SELECT order_id AS "orderId", state, captured::float8 AS captured, refunded::float8 AS refunded, held::float8 AS held, currency
   FROM payments.payment
   WHERE order_id = ANY ($1::uuid[])
   ORDER BY order_id
   FOR UPDATE`,
);
