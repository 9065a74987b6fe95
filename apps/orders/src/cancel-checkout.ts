import { CartRejected } from '@comptoir/contracts/carts';
import { StockRejected, StockReleased } from '@comptoir/contracts/inventory';
import { CHECKOUT, OrderCancelled } from '@comptoir/contracts/orders';
import { reaction } from '@comptoir/saga';
import { cancelAll } from './cancel-order';
import { failureOf } from './checkout';

/**
 * CartRejected | StockRejected | StockReleased -> OrderCancelled: nothing is held for the order any more but its cart, which
 * carts gives back when it hears of this. Late answers to an order that was given up come here too, and hear the same again.
 */
export const cancelCheckout = reaction(CHECKOUT, {
  name: 'cancel-checkout',
  on: [CartRejected, StockRejected, StockReleased],
  kind: 'retriable',
  emits: [OrderCancelled],
  batch: (events, tx) => cancelAll(tx, events.map((event) => ({ orderId: event.body.orderId, reason: failureOf(event) }))),
});
