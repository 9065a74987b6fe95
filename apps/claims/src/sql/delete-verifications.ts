import { statement } from '@comptoir/messaging';

/** (claimIds uuid[]) */
export const deleteVerifications = statement(
  'claims-delete-verifications',
  `DELETE FROM claims.verification WHERE claim_id = ANY ($1::uuid[])`,
);
