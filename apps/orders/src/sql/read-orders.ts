import { statement } from '@comptoir/messaging';
import type { Order } from '../order';

/** Orders as they are now. (orderIds uuid[]) */
export const readOrders = statement<Order>(
  'read-orders',
  `SELECT order_id AS "orderId", status, cart_id AS "cartId", customer_id AS "customerId", lines, reason, refusal,
     json_build_object('amount', total, 'currency', currency) AS total
   FROM orders.customer_order
   WHERE order_id = ANY ($1::uuid[])`,
);
