import { handleRequests } from '@comptoir/messaging';
import type { CartLine } from './cart';
import { mayChange } from './change';
import { lockCarts } from './sql/lock-carts';
import { replaceLines } from './sql/replace-lines';

/** PUT /carts/:cartId/items: all lines at once. Of several for one cart in a batch the last one counts. */
export const replaceItems = handleRequests('replace-items', {
  emits: [],
  async batch(inputs: readonly { cartId: string; lines: readonly CartLine[] }[], tx) {
    const lines = new Map(inputs.map((input) => [input.cartId, input.lines]));
    const carts = new Map((await lockCarts(tx, [...lines.keys()])).map((cart) => [cart.cartId, cart]));
    const open = [...carts.values()].filter((cart) => mayChange(cart).outcome === 'done').map(({ cartId }) => cartId);
    if (open.length > 0)
      await replaceLines(
        tx,
        open,
        open.map((cartId) => JSON.stringify(lines.get(cartId))),
      );
    return inputs.map(({ cartId }) => ({ reply: mayChange(carts.get(cartId)) }));
  },
});
