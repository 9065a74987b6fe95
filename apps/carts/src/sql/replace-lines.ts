import { statement } from '@comptoir/messaging';

/** The carts are locked before. Each cart once. (cartIds uuid[], lines json[]) */
export const replaceLines = statement(
  'carts-replace-lines',
  `UPDATE carts.cart c SET lines = i.lines, changed_at = now()
   FROM unnest($1::uuid[], $2::json[]) AS i (cart_id, lines)
   WHERE c.cart_id = i.cart_id`,
);
