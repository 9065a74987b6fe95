import { statement } from '@comptoir/messaging';

export interface DueVerification {
  readonly claimId: string;
  readonly orderId: string;
}

/**
 * Takes claims that are due, oldest first, for as long as the lease: other processes take others, and these again should this
 * one die. (leaseMs int, limit int)
 */
export const leaseVerifications = statement<DueVerification>(
  'claims-lease-verifications',
  `UPDATE claims.verification v SET due_at = now() + $1::int * interval '1 millisecond'
   FROM (
     SELECT claim_id FROM claims.verification WHERE due_at <= now() ORDER BY due_at LIMIT $2::int FOR UPDATE SKIP LOCKED
   ) AS due
   WHERE v.claim_id = due.claim_id
   RETURNING v.claim_id AS "claimId", v.order_id AS "orderId"`,
);
