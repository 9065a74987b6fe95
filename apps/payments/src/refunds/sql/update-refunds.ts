import { statement } from '@comptoir/messaging';

/**
 * Writes how refunds and their orders' money changed; all are locked already.
 * (refundIds uuid[], states text[], reasons text[], orderIds uuid[], refunded bigint[], held bigint[])
 */
export const updateRefunds = statement(
  'update-refunds',
  `WITH accounts AS (
     UPDATE payments.payment p SET refunded = a.refunded, held = a.held, changed_at = now()
     FROM unnest($4::uuid[], $5::bigint[], $6::bigint[]) AS a (order_id, refunded, held)
     WHERE p.order_id = a.order_id
   )
   UPDATE payments.refund t SET state = r.state, reason = r.reason, changed_at = now()
   FROM unnest($1::uuid[], $2::text[], $3::text[]) AS r (refund_id, state, reason)
   WHERE t.refund_id = r.refund_id`,
);
