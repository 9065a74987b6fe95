import type { Cart } from './cart';

/** What became of the wish to change a cart: an ordered cart stays as it was ordered. */
export type Change = { readonly outcome: 'done' | 'not-found' } | { readonly outcome: 'ordered'; readonly orderId: string };

export function mayChange(cart: Cart | undefined): Change {
  if (!cart) return { outcome: 'not-found' };
  return cart.orderId === null ? { outcome: 'done' } : { outcome: 'ordered', orderId: cart.orderId };
}
