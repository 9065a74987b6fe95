import { statement } from '@comptoir/messaging';

/** (refundIds uuid[]) */
export const deleteOpenRefunds = statement(
  'claims-delete-open-refunds',
  `DELETE FROM claims.open_refund WHERE refund_id = ANY ($1::uuid[])`,
);
