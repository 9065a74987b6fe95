import { handleRequests } from '@comptoir/messaging';
import { mayChange } from './change';
import { deleteCarts } from './sql/delete-carts';
import { lockCarts } from './sql/lock-carts';

/** DELETE /carts/:cartId. */
export const deleteCart = handleRequests('delete-cart', {
  emits: [],
  async batch(cartIds: readonly string[], tx) {
    const carts = new Map((await lockCarts(tx, [...new Set(cartIds)])).map((cart) => [cart.cartId, cart]));
    const open = [...carts.values()].filter((cart) => mayChange(cart).outcome === 'done').map(({ cartId }) => cartId);
    if (open.length > 0) await deleteCarts(tx, open);
    return cartIds.map((cartId) => ({ reply: mayChange(carts.get(cartId)) }));
  },
});
