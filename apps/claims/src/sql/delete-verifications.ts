import { statement } from '@comptoir/messaging';

/** Rows are locked in key order. (claimIds uuid[]) */
export const deleteVerifications = statement(
  'claims-delete-verifications',
  `DELETE FROM claims.verification v
   USING (SELECT claim_id FROM claims.verification WHERE claim_id = ANY ($1::uuid[]) ORDER BY claim_id FOR UPDATE) AS l
   WHERE v.claim_id = l.claim_id`,
);
