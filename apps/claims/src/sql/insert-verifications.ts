import { statement } from '@comptoir/messaging';

/** Claims that are to be compared with their orders, from now on. (claimIds uuid[], orderIds uuid[]) */
export const insertVerifications = statement(
  'claims-insert-verifications',
  `INSERT INTO claims.verification (claim_id, order_id) SELECT * FROM unnest($1::uuid[], $2::uuid[])`,
);
