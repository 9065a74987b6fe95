import { ORDER_FULFILMENT, OrderCancelled } from '@comptoir/contracts/orders';
import { handle, type SqlTransaction } from '@comptoir/messaging';
import { lockCarts } from './sql/lock-carts';
import { releaseValidations } from './sql/release-validations';
import type { Wish } from './validation';

/**
 * OrderCancelled -> nothing. The cart is open again, so that the customer can try once more; a validation that has not
 * come yet is refused when it does.
 */
export const orderCancelled = handle(OrderCancelled, {
  emits: [],
  lingerMs: 100, // The order does not wait for it.
  flows: [ORDER_FULFILMENT],
  batch: (events, tx) => giveCartsBack(tx, events.map(({ body }) => body)),
});

export async function giveCartsBack(tx: SqlTransaction, cancelled: readonly Wish[]): Promise<void> {
  const orders = new Map(cancelled.map(({ orderId, cartId }) => [orderId, cartId]));
  const orderIds = [...orders.keys()];
  const cartIds = [...orders.values()];
  // One round trip; locks are taken as ValidateCart takes them, carts first.
  await Promise.all([lockCarts(tx, cartIds), releaseValidations(tx, orderIds, cartIds)]);
}
