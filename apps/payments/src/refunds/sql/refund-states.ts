import { statement } from '@comptoir/messaging';
import type { RefundState } from '../refund';

/** (refundIds uuid[]) */
export const refundStates = statement<{ readonly refundId: string; readonly state: RefundState }>(
  'refund-states',
  `SELECT refund_id AS "refundId", state FROM payments.refund WHERE refund_id = ANY ($1::uuid[])`,
);
