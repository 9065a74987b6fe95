import type { Money } from '@comptoir/contracts';
import type { PricedLine } from '@comptoir/contracts/carts';
import { OrderCancelled, OrderConfirmationRefused, OrderConfirmed, OrderPlaced } from '@comptoir/contracts/orders';
import { fold } from './fold';

interface Order {
  readonly status: 'none' | 'placed' | 'confirmed' | 'cancelled';
  readonly customerId?: string;
  readonly cartId?: string;
  readonly lines?: readonly PricedLine[];
  readonly total?: Money;
  readonly reason?: string;
}

export const order = fold('order', { status: 'none' } as Order, (on) => [
  on(OrderPlaced, (_, { customerId, cartId }) => ({ status: 'placed', customerId, cartId })),
  on(OrderConfirmed, (state, { lines, total }) => ({ ...state, status: 'confirmed', lines, total })),
  on(OrderConfirmationRefused, (state) => state),
  on(OrderCancelled, (state, { reason }) => ({ ...state, status: 'cancelled', reason })),
]);
