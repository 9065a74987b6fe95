import { statement } from '@comptoir/messaging';

/**
 * Enters refunds that are not there, in key order, and returns those.
 * (refundIds uuid[], each once; claimIds uuid[], orderIds uuid[], customerIds text[], states text[], amounts bigint[],
 * currencies text[], lines json[], reasons text[], details text[])
 */
export const insertRefunds = statement<{ readonly refundId: string }>(
  'insert-refunds',
  `INSERT INTO payments.refund
     (refund_id, claim_id, order_id, customer_id, state, amount, currency, lines, reason, detail)
   SELECT *
   FROM unnest($1::uuid[], $2::uuid[], $3::uuid[], $4::text[], $5::text[], $6::bigint[], $7::text[], $8::json[], $9::text[], $10::text[])
     AS r (refund_id, claim_id, order_id, customer_id, state, amount, currency, lines, reason, detail)
   ORDER BY r.refund_id
   ON CONFLICT (refund_id) DO NOTHING
   RETURNING refund_id AS "refundId"`,
);
