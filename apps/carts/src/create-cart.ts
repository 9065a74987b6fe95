import { handleRequests, packed, withCommit } from '@comptoir/messaging';
import { v7 as uuidv7 } from 'uuid';
import type { CartLine } from './cart';
import { insertCarts } from './sql/insert-carts';

/** POST /carts: a cart, filled or empty. */
export const createCart = handleRequests('create-cart', {
  emits: [],
  async batch(inputs: readonly { lines: readonly CartLine[] }[], tx) {
    const cartIds = inputs.map(() => uuidv7());
    withCommit(insertCarts(tx, cartIds, packed(inputs.map(({ lines }) => JSON.stringify(lines)))));
    return cartIds.map((cartId) => ({ reply: { cartId } }));
  },
});
