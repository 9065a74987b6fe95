import { statement } from '@comptoir/messaging';
import type { Validation } from '../validation';

/** What was settled before. (orderIds uuid[]) */
export const readValidations = statement<Validation>(
  'carts-read-validations',
  `SELECT order_id AS "orderId", cart_id AS "cartId", state, outcome
   FROM carts.validation WHERE order_id = ANY ($1::uuid[])`,
);
