import { z } from 'zod';
import { PricedLine } from './carts';
import { Id } from './id';
import { command, event, Money } from './message';
import { printable } from './text';

const order = (body: { orderId: string }) => `order-${body.orderId}`;

/** The flow an order runs in; its conversation id is the order's id. */
export const ORDER_FULFILMENT = 'order-fulfilment';

export const CustomerId = printable(64);

/** The shop, or the web site, that sold it. */
export const Store = printable(64);
/** Where it goes to, as whoever places the order names countries. */
export const Country = printable(64);

/** Stands for a way to pay that the payment gateway knows; never card data. */
export const PaymentToken = printable(200);

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

/** The order had been cancelled before the confirmation came. */
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
