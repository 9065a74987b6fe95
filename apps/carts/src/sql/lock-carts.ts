import { statement } from '@comptoir/messaging';
import type { Cart } from '../cart';

/** Carts, locked in key order. (cartIds uuid[]) */
export const lockCarts = statement<Cart>(
  'carts-lock-carts',
  `SELECT cart_id AS "cartId", lines, order_id AS "orderId"
   FROM carts.cart WHERE cart_id = ANY ($1::uuid[])
   ORDER BY cart_id
   FOR NO KEY UPDATE`,
);
