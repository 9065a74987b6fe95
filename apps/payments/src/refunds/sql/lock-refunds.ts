import { statement } from '@comptoir/messaging';
import type { Refund } from '../refund';

/** Refunds, locked in key order. (refundIds uuid[]) */
export const lockRefunds = statement<Refund>(
  'lock-refunds',
  `SELECT refund_id AS "refundId", claim_id AS "claimId", order_id AS "orderId", customer_id AS "customerId", state,
     amount::float8 AS amount, currency, lines, reason, detail
   FROM payments.refund
   WHERE refund_id = ANY ($1::uuid[])
   ORDER BY refund_id
   FOR UPDATE`,
);
