import { statement } from '@comptoir/messaging';
import type { Charge } from '../charge';

/** (keys text[]) */
export const readCharges = statement<Charge>(
  'gateway-read-charges',
  `SELECT key, charge_id AS "chargeId", status, json_build_object('amount', amount, 'currency', currency) AS amount, reason,
     refunded::float8 AS refunded
   FROM gateway.charge
   WHERE key = ANY ($1::text[])`,
);
