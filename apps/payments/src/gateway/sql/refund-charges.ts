import { statement } from '@comptoir/messaging';

/**
 * Gives back what is left of what was captured under these keys, in key order; what is refunded or declined stays so.
 * (keys text[])
 */
export const refundCharges = statement(
  'gateway-refund-charges',
  `UPDATE gateway.charge c
   SET status = 'refunded', refunded = c.amount
   FROM (SELECT key FROM gateway.charge WHERE key = ANY ($1::text[]) AND status = 'captured' ORDER BY key FOR UPDATE) l
   WHERE c.key = l.key`,
);
