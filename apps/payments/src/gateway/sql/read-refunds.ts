import { statement } from '@comptoir/messaging';
import type { ChargeRefund } from '../charge';
import type { OnRefund } from '../tokens';

/** With what the charge's token makes of the answer. (keys text[]) */
export const readRefunds = statement<ChargeRefund & { readonly onRefund: OnRefund | null }>(
  'gateway-read-refunds',
  `SELECT r.key, r.charge_key AS "chargeKey", r.status, json_build_object('amount', r.amount, 'currency', r.currency) AS amount,
     r.reason, c.on_refund AS "onRefund"
   FROM gateway.refund r LEFT JOIN gateway.charge c ON c.key = r.charge_key
   WHERE r.key = ANY ($1::text[])`,
);
