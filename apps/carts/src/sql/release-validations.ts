import { statement } from '@comptoir/messaging';

/**
 * Takes the carts back from cancelled orders and marks what was validated as released; orders that were never validated
 * become void, in key order. The carts are locked before. Each order once. (orderIds uuid[], cartIds uuid[])
 */
export const releaseValidations = statement(
  'carts-release-validations',
  `WITH cancelled AS (
     SELECT * FROM unnest($1::uuid[], $2::uuid[]) AS c (order_id, cart_id)
   ), reopened AS (
     UPDATE carts.cart c SET order_id = NULL, changed_at = now()
     FROM cancelled x WHERE c.cart_id = x.cart_id AND c.order_id = x.order_id
   )
   INSERT INTO carts.validation AS v (order_id, cart_id, state)
   SELECT order_id, cart_id, 'void' FROM cancelled ORDER BY order_id
   ON CONFLICT (order_id) DO UPDATE SET state = 'released', changed_at = now() WHERE v.state = 'validated'`,
);
