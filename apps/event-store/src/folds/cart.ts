import type { Money } from '@comptoir/contracts';
import { CartRejected, CartValidated, type PricedLine } from '@comptoir/contracts/carts';
import { fold } from './fold';

interface Cart {
  readonly status: 'none' | 'validated' | 'rejected';
  readonly orderId?: string;
  readonly lines?: readonly PricedLine[];
  readonly total?: Money;
  readonly reason?: string;
}

export const cart = fold('cart', { status: 'none' } as Cart, (on) => [
  on(CartValidated, (_, { orderId, lines, total }) => ({ status: 'validated', orderId, lines, total })),
  // An order that comes too late changes nothing about the one the cart belongs to.
  on(CartRejected, (state, { orderId, reason }) => (state.status === 'validated' ? state : { status: 'rejected', orderId, reason })),
]);
