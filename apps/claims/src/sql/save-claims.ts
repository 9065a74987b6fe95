import { statement } from '@comptoir/messaging';

/**
 * Claims as of their last event, in key order.
 * (claimIds uuid[], each once; orderIds uuid[], customerIds text[], statuses text[], verifications text[], assignees text[],
 * versions int[], openedAt timestamptz[], changedAt timestamptz[])
 */
export const saveClaims = statement(
  'claims-save-claims',
  `INSERT INTO claims.claim AS c
     (claim_id, order_id, customer_id, status, verification, assignee, version, opened_at, changed_at)
   SELECT * FROM unnest(
     $1::uuid[], $2::uuid[], $3::text[], $4::text[], $5::text[], $6::text[], $7::int[], $8::timestamptz[], $9::timestamptz[]
   ) AS n (claim_id, order_id, customer_id, status, verification, assignee, version, opened_at, changed_at)
   ORDER BY n.claim_id
   ON CONFLICT (claim_id) DO UPDATE SET
     status = excluded.status, verification = excluded.verification, assignee = excluded.assignee,
     version = excluded.version, changed_at = excluded.changed_at
   WHERE excluded.version > c.version`,
);
