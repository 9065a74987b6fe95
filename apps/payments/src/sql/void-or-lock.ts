import { statement } from '@comptoir/messaging';
import type { Payment } from '../payment';

/**
 * Locks the orders' payments in key order, making one that is not there void. The update changes nothing: unlike
 * DO NOTHING it waits for a payment that is being inserted just now, and returns it.
 * (orderIds uuid[], each once; paymentIds uuid[], reasons text[])
 */
export const voidOrLock = statement<Payment>(
  'void-or-lock',
  `INSERT INTO payments.payment AS p (order_id, payment_id, state, reason)
   SELECT w.order_id, w.payment_id, 'void', w.reason
   FROM unnest($1::uuid[], $2::uuid[], $3::text[]) AS w (order_id, payment_id, reason)
   ORDER BY w.order_id
   ON CONFLICT (order_id) DO UPDATE SET state = p.state
   RETURNING order_id AS "orderId", payment_id AS "paymentId", state, captured::float8 AS captured,
     refunded::float8 AS refunded, currency, reason`,
);
