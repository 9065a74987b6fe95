import { statement } from '@comptoir/messaging';

export interface OverdueRefund {
  readonly refundId: string;
  readonly claimId: string;
  readonly orderId: string;
  readonly causeId: string;
}

/**
 * Takes refunds whose deadline has passed, or that payments was asked about long enough ago: each waits twice as long before
 * the next asking. Only those that were requested so long before the horizon: later ones may have an answer in the queue.
 * (deadlineMs bigint, horizon timestamptz, longestMs bigint, limit int)
 */
export const overdueRefunds = statement<OverdueRefund>(
  'claims-overdue-refunds',
  `UPDATE claims.open_refund r
   SET asked = r.asked + 1,
       ask_again_at = now() + least($1::bigint * 2 ^ least(r.asked, 20), greatest($3::bigint, $1::bigint)) * interval '1 millisecond'
   FROM (
     SELECT refund_id FROM claims.open_refund
     WHERE requested_at <= least($2::timestamptz, now()) - $1::bigint * interval '1 millisecond'
       AND (ask_again_at IS NULL OR ask_again_at <= least($2::timestamptz, now()))
     ORDER BY requested_at LIMIT $4::int FOR UPDATE SKIP LOCKED
   ) AS due
   WHERE r.refund_id = due.refund_id
   RETURNING r.refund_id AS "refundId", r.claim_id AS "claimId", r.order_id AS "orderId", r.cause_id AS "causeId"`,
);
