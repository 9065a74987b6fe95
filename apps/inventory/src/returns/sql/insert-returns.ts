import { statement } from '@comptoir/messaging';

/**
 * Enters returns that are not there, in key order, and returns those.
 * (refundIds uuid[], each once; claimIds uuid[], orderIds uuid[], states text[], lines json[], reasons text[], details text[])
 */
export const insertReturns = statement<{ readonly refundId: string }>(
  'insert-returns',
  `INSERT INTO inventory.goods_return (refund_id, claim_id, order_id, state, lines, reason, detail)
   SELECT *
   FROM unnest($1::uuid[], $2::uuid[], $3::uuid[], $4::text[], $5::json[], $6::text[], $7::text[])
     AS r (refund_id, claim_id, order_id, state, lines, reason, detail)
   ORDER BY r.refund_id
   ON CONFLICT (refund_id) DO NOTHING
   RETURNING refund_id AS "refundId"`,
);
