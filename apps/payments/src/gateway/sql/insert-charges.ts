import { statement } from '@comptoir/messaging';

/**
 * Writes charges under keys that have none yet, in key order, and returns those keys.
 * (keys text[], each once; chargeIds uuid[], statuses text[], amounts bigint[], currencies text[], reasons text[],
 * onRefund text[])
 */
export const insertCharges = statement<{ readonly key: string }>(
  'gateway-insert-charges',
  `INSERT INTO gateway.charge (key, charge_id, status, amount, currency, reason, on_refund)
   SELECT * FROM unnest($1::text[], $2::uuid[], $3::text[], $4::bigint[], $5::text[], $6::text[], $7::text[])
     AS c (key, charge_id, status, amount, currency, reason, on_refund)
   ORDER BY c.key COLLATE "C"
   ON CONFLICT (key) DO NOTHING
   RETURNING key`,
);
