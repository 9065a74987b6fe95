import { statement } from '@comptoir/messaging';

/**
 * Decides refunds of parts of charges, and enters them under keys that have none yet. A charge stands once in a call: what
 * is left of it is read under its lock, and a key that another session entered meanwhile changes nothing.
 * (keys text[], each once; chargeKeys text[], each once; amounts bigint[], currencies text[]). Returns the keys entered.
 */
export const enterRefunds = statement<{ readonly key: string }>(
  'gateway-enter-refunds',
  `WITH asked AS (
     SELECT * FROM unnest($1::text[], $2::text[], $3::bigint[], $4::text[]) AS a (key, charge_key, amount, currency)
   ), locked AS MATERIALIZED (
     SELECT key, status, amount, refunded, currency, on_refund FROM gateway.charge
     WHERE key = ANY ($2::text[]) ORDER BY key FOR UPDATE
   ), decided AS (
     SELECT a.*, CASE
       WHEN c.key IS NULL OR c.status = 'declined' THEN 'nothing-captured'
       WHEN c.currency <> a.currency THEN 'other-currency'
       WHEN c.on_refund = 'refuse' THEN 'account-closed'
       WHEN c.refunded + a.amount > c.amount THEN 'more-than-left'
     END AS reason
     FROM asked a LEFT JOIN locked c ON c.key = a.charge_key COLLATE "C"
   ), entered AS (
     INSERT INTO gateway.refund (key, charge_key, status, amount, currency, reason)
     SELECT key, charge_key, CASE WHEN reason IS NULL THEN 'paid' ELSE 'refused' END, amount, currency, reason
     FROM decided ORDER BY key COLLATE "C"
     ON CONFLICT (key) DO NOTHING
     RETURNING key, charge_key, status, amount
   ), paid AS (
     UPDATE gateway.charge c SET refunded = c.refunded + e.amount
     FROM entered e WHERE e.status = 'paid' AND c.key = e.charge_key
   )
   SELECT key FROM entered`,
);
