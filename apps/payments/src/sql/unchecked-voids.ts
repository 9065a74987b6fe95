import { statement } from '@comptoir/messaging';

/**
 * Orders whose payment was made void at least so long ago and was not compared with the gateway since, oldest first.
 * (afterMs bigint, limit int)
 */
export const uncheckedVoids = statement<{ readonly orderId: string }>(
  'unchecked-voids',
  `SELECT order_id AS "orderId" FROM payments.payment
   WHERE state = 'void' AND checked_at IS NULL AND created_at <= now() - $1::bigint * interval '1 millisecond'
   ORDER BY created_at LIMIT $2::int`,
);
