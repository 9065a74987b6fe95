import { statement, unpacked } from '@comptoir/messaging';

/** (cartIds uuid[], lines json, packed) */
export const insertCarts = statement(
  'carts-insert-carts',
  `INSERT INTO carts.cart (cart_id, lines) SELECT * FROM unnest($1::uuid[], ${unpacked(2, 'json')})`,
);
