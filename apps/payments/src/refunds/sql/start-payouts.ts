import { statement } from '@comptoir/messaging';
import type { RefundState } from '../refund';

/** Refunds that are held become `paying`. Returns the state of all of them from now on. (refundIds uuid[]) */
export const startPayouts = statement<{ readonly refundId: string; readonly state: RefundState }>(
  'start-payouts',
  `WITH locked AS MATERIALIZED (
     SELECT refund_id, state FROM payments.refund WHERE refund_id = ANY ($1::uuid[]) ORDER BY refund_id FOR UPDATE
   ), started AS (
     UPDATE payments.refund r SET state = 'paying', changed_at = now()
     FROM locked l WHERE l.state = 'held' AND r.refund_id = l.refund_id
   )
   SELECT refund_id AS "refundId", CASE state WHEN 'held' THEN 'paying' ELSE state END AS state FROM locked`,
);
