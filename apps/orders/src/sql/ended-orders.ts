import { statement } from '@comptoir/messaging';
import type { Ended } from '../order';

/** Those of these orders that have ended. (orderIds uuid[]) */
export const endedOrders = statement<Ended>(
  'ended-orders',
  `SELECT order_id AS "orderId", status, reason,
     CASE WHEN total IS NOT NULL THEN json_build_object('amount', total, 'currency', currency) END AS total
   FROM orders.customer_order
   WHERE order_id = ANY ($1::uuid[]) AND status <> 'PENDING'`,
);
