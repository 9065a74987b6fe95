import { statement } from '@comptoir/messaging';

/** New orders, PENDING. (orderIds uuid[], cartIds uuid[], customerIds text[]) */
export const insertOrders = statement(
  'insert-orders',
  `INSERT INTO orders.customer_order (order_id, cart_id, customer_id)
   SELECT * FROM unnest($1::uuid[], $2::uuid[], $3::text[])`,
);
