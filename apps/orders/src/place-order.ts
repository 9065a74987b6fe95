import { CHECKOUT, ORDER_FULFILMENT, OrderPlaced, type Coordination } from '@comptoir/contracts/orders';
import { handleRequests, withCommit } from '@comptoir/messaging';
import { v7 as uuidv7 } from 'uuid';
import { paymentProcessed } from './payment-processed';
import { insertOrders } from './sql/insert-orders';

export interface OrderRequest {
  readonly cartId: string;
  readonly customerId: string;
  readonly paymentToken: string;
  readonly store?: string | undefined;
  readonly country?: string | undefined;
  /** Absent: orchestration. */
  readonly coordination?: Coordination | undefined;
}

/** Only a choreographed order has one: an orchestrated one's deadlines are its saga's. */
const DEADLINE_MS = paymentProcessed[0].reaction.waits?.deadlineMs;

/**
 * POST /orders -> OrderPlaced, which starts the order's saga, or its checkout by peers: the flow tells who listens. Its
 * conversation is the order's id.
 */
export const placeOrder = handleRequests('place-order', {
  emits: [OrderPlaced],
  async batch(requests: readonly OrderRequest[], tx) {
    const orders = requests.map(({ coordination = 'orchestration', ...request }) => ({
      body: { orderId: uuidv7(), ...request },
      coordination,
      flow: coordination === 'choreography' ? CHECKOUT : ORDER_FULFILMENT,
    }));
    const inserted = insertOrders(
      tx,
      orders.map(({ body }) => body.orderId),
      orders.map(({ body }) => body.cartId),
      orders.map(({ body }) => body.customerId),
      orders.map(({ body }) => body.store),
      orders.map(({ body }) => body.country),
      orders.map(({ coordination }) => coordination),
      orders.map(({ coordination }) => (coordination === 'choreography' ? DEADLINE_MS : undefined)),
    );
    withCommit(inserted);
    return orders.map(({ body, flow }) => ({
      reply: { orderId: body.orderId },
      messages: [OrderPlaced(body, { correlationId: body.orderId, flow })],
    }));
  },
});
