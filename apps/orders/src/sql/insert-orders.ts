import { statement } from '@comptoir/messaging';

/**
 * New orders, PENDING. A deadline is so many milliseconds from now, null: none.
 * (orderIds uuid[], cartIds uuid[], customerIds text[], stores text[], countries text[], coordinations text[], deadlines bigint[])
 */
export const insertOrders = statement(
  'insert-orders',
  `INSERT INTO orders.customer_order (order_id, cart_id, customer_id, store, country, coordination, deadline)
   SELECT order_id, cart_id, customer_id, store, country, coordination, now() + deadline * interval '1 millisecond'
   FROM unnest($1::uuid[], $2::uuid[], $3::text[], $4::text[], $5::text[], $6::text[], $7::bigint[])
     AS o (order_id, cart_id, customer_id, store, country, coordination, deadline)`,
);
