import { ORDER_FULFILMENT, OrderPlaced } from '@comptoir/contracts/orders';
import { handleRequests, withCommit } from '@comptoir/messaging';
import { v7 as uuidv7 } from 'uuid';
import { insertOrders } from './sql/insert-orders';

export interface OrderRequest {
  readonly cartId: string;
  readonly customerId: string;
  readonly paymentToken: string;
}

/** POST /orders -> OrderPlaced, which starts the order's saga: its conversation is the order's id. */
export const placeOrder = handleRequests('place-order', {
  emits: [OrderPlaced],
  async batch(requests: readonly OrderRequest[], tx) {
    const orders = requests.map((request) => ({ orderId: uuidv7(), ...request }));
    const inserted = insertOrders(
      tx,
      orders.map(({ orderId }) => orderId),
      orders.map(({ cartId }) => cartId),
      orders.map(({ customerId }) => customerId),
    );
    withCommit(inserted);
    return orders.map((order) => ({
      reply: { orderId: order.orderId },
      messages: [OrderPlaced(order, { correlationId: order.orderId, flow: ORDER_FULFILMENT })],
    }));
  },
});
