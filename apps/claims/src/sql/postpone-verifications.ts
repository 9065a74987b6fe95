import { statement } from '@comptoir/messaging';

/**
 * Gives leased claims back, rows in key order: those that were asked for in vain wait twice as long each time; those that were
 * not asked for are due at once. (claimIds uuid[], asked boolean[], firstMs int, longestMs int)
 */
export const postponeVerifications = statement(
  'claims-postpone-verifications',
  `UPDATE claims.verification v
   SET attempts = v.attempts + l.asked::int,
       due_at = now() + CASE WHEN l.asked THEN least($3::int * 2 ^ least(v.attempts, 20), $4::int) ELSE 0 END * interval '1 millisecond'
   FROM (
     SELECT w.claim_id, g.asked FROM claims.verification w
     JOIN unnest($1::uuid[], $2::boolean[]) AS g (claim_id, asked) USING (claim_id)
     ORDER BY w.claim_id FOR UPDATE OF w
   ) AS l
   WHERE v.claim_id = l.claim_id`,
);
