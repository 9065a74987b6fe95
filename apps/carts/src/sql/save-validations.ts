import { statement, unpacked } from '@comptoir/messaging';

/**
 * Records outcomes, in key order, and binds the validated carts to their orders; the carts are locked before. Returns
 * the orders recorded: one that is missing was settled by another transaction meanwhile.
 * (orderIds uuid[], cartIds uuid[], states text[], outcomes json, packed)
 */
export const saveValidations = statement<{ orderId: string }>(
  'carts-save-validations',
  `WITH settled AS (
     SELECT * FROM unnest($1::uuid[], $2::uuid[], $3::text[], ${unpacked(4, 'json')}) AS s (order_id, cart_id, state, outcome)
   ), bound AS (
     UPDATE carts.cart c SET order_id = s.order_id, changed_at = now()
     FROM settled s WHERE c.cart_id = s.cart_id AND s.state = 'validated'
   )
   INSERT INTO carts.validation (order_id, cart_id, state, outcome)
   SELECT order_id, cart_id, state, outcome FROM settled ORDER BY order_id
   ON CONFLICT (order_id) DO NOTHING
   RETURNING order_id AS "orderId"`,
);
