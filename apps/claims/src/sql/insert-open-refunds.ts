import { statement } from '@comptoir/messaging';

/** (refundIds uuid[], claimIds uuid[], orderIds uuid[], causeIds uuid[]) */
export const insertOpenRefunds = statement(
  'claims-insert-open-refunds',
  `INSERT INTO claims.open_refund (refund_id, claim_id, order_id, cause_id)
   SELECT * FROM unnest($1::uuid[], $2::uuid[], $3::uuid[], $4::uuid[])`,
);
