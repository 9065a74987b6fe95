import { statement } from '@comptoir/messaging';

/** (cartIds uuid[], lines json[]) */
export const insertCarts = statement(
  'carts-insert-carts',
  `INSERT INTO carts.cart (cart_id, lines) SELECT * FROM unnest($1::uuid[], $2::json[])`,
);
