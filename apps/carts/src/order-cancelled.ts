import { ORDER_FULFILMENT, OrderCancelled } from '@comptoir/contracts/orders';
import { handle } from '@comptoir/messaging';
import { lockCarts } from './sql/lock-carts';
import { releaseValidations } from './sql/release-validations';

/**
 * OrderCancelled -> nothing. The cart is open again, so that the customer can try once more; a validation that has not
 * come yet is refused when it does.
 */
export const orderCancelled = handle(OrderCancelled, {
  emits: [],
  flows: [ORDER_FULFILMENT],
  async batch(events, tx) {
    const orders = new Map(events.map(({ body }) => [body.orderId, body.cartId]));
    const orderIds = [...orders.keys()];
    const cartIds = [...orders.values()];
    // One round trip; locks are taken as ValidateCart takes them, carts first.
    await Promise.all([lockCarts(tx, cartIds), releaseValidations(tx, orderIds, cartIds)]);
  },
});
