import { statement } from '@comptoir/messaging';

/**
 * Writes how payments changed; they are locked already.
 * (orderIds uuid[], states text[], captured bigint[], refunded bigint[], currencies text[], reasons text[])
 */
export const savePayments = statement(
  'save-payments',
  `UPDATE payments.payment t
   SET state = p.state, captured = p.captured, refunded = p.refunded, currency = p.currency, reason = p.reason,
     changed_at = now()
   FROM unnest($1::uuid[], $2::text[], $3::bigint[], $4::bigint[], $5::text[], $6::text[])
     AS p (order_id, state, captured, refunded, currency, reason)
   WHERE t.order_id = p.order_id`,
);
