import { statement } from '@comptoir/messaging';

/**
 * Writes payments of orders that have none, in key order, and returns those orders. Waits for another transaction that is
 * just inserting one of them.
 * (orderIds uuid[], each once; paymentIds uuid[], states text[], captured bigint[], refunded bigint[], currencies text[],
 * reasons text[])
 */
export const insertPayments = statement<{ readonly orderId: string }>(
  'insert-payments',
  `INSERT INTO payments.payment (order_id, payment_id, state, captured, refunded, currency, reason)
   SELECT *
   FROM unnest($1::uuid[], $2::uuid[], $3::text[], $4::bigint[], $5::bigint[], $6::text[], $7::text[])
     AS p (order_id, payment_id, state, captured, refunded, currency, reason)
   ORDER BY p.order_id
   ON CONFLICT (order_id) DO NOTHING
   RETURNING order_id AS "orderId"`,
);
