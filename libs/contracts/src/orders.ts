import { z } from 'zod';
import { PricedLine } from './carts';
import { Id } from './id';
import { command, event, Money } from './message';
import { PaymentToken } from './payment-token';
import { printable } from './text';

export { PaymentToken } from './payment-token';

const order = (body: { orderId: string }) => `order-${body.orderId}`;

/** The flow an order runs in; its conversation id is the order's id. */
export const ORDER_FULFILMENT = 'order-fulfilment';

/** The same order by peers that react to each other's events, without a coordinator; its conversation is the order's id. */
export const CHECKOUT = 'checkout';

/** Who leads an order to its end: the orchestrator (flow `order-fulfilment`), or nobody (flow `checkout`). */
export const Coordination = z.enum(['orchestration', 'choreography']);
export type Coordination = z.infer<typeof Coordination>;

export const CustomerId = printable(64);

/** The shop, or the web site, that sold it. */
export const Store = printable(64);
/** Where it goes to, as whoever places the order names countries. */
export const Country = printable(64);

export const OrderPlaced = event(
  'orders.order-placed',
  1,
  z.object({
    orderId: Id,
    cartId: Id,
    customerId: CustomerId,
    paymentToken: PaymentToken,
    /** Where it was sold; absent: nobody said so. */
    store: Store.optional(),
    country: Country.optional(),
  }),
  { stream: order },
);

export const OrderConfirmed = event(
  'orders.order-confirmed',
  1,
  z.object({ orderId: Id, customerId: z.string(), lines: z.array(PricedLine).min(1), total: Money }),
  { stream: order },
);

/** The order had been cancelled, or given up, before the confirmation came. It never will be confirmed. */
export const OrderConfirmationRefused = event(
  'orders.order-confirmation-refused',
  1,
  z.object({ orderId: Id, reason: z.string() }),
  { stream: order },
);

export const OrderCancelled = event(
  'orders.order-cancelled',
  1,
  z.object({ orderId: Id, cartId: Id, reason: z.string() }),
  { stream: order },
);

export const ConfirmOrder = command(
  'orders.confirm-order',
  1,
  z.object({ orderId: Id, lines: z.array(PricedLine).min(1), total: Money }),
  { answers: [OrderConfirmed, OrderConfirmationRefused] },
);

export const CancelOrder = command(
  'orders.cancel-order',
  1,
  z.object({ orderId: Id, reason: z.string() }),
  { answers: [OrderCancelled] },
);
