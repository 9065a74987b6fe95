import type { Money } from '@comptoir/contracts';
import type { PricedLine } from '@comptoir/contracts/carts';
import { OrderCancelled, OrderConfirmationRefused, OrderConfirmed } from '@comptoir/contracts/orders';

/**
 * An order as it is after a batch tried to end it. PENDING -> COMPLETED | CANCELLED, both final; what happens in between
 * belongs to the order's saga, or to the peers of its checkout.
 */
export type Order =
  | {
      readonly status: 'PENDING';
      readonly orderId: string;
      /** Given up: it is not confirmed any more, and ends when nothing is held for it. */
      readonly refusal: string | null;
    }
  | {
      readonly status: 'COMPLETED';
      readonly orderId: string;
      readonly customerId: string;
      readonly lines: readonly PricedLine[];
      readonly total: Money;
    }
  | { readonly status: 'CANCELLED'; readonly orderId: string; readonly cartId: string; readonly reason: string };

/** What whoever waits for an order hears. */
export interface Ended {
  readonly orderId: string;
  readonly status: 'COMPLETED' | 'CANCELLED';
  readonly reason: string | null;
  readonly total: Money | null;
}

/** A message about an order that was never placed here. */
export class OrderNotFound extends Error {
  readonly code = 'order-not-found';
  constructor(readonly data: { readonly orderId: string }) {
    super(`There is no order ${data.orderId}`);
    this.name = 'OrderNotFound';
  }
}

/** A confirmed order is past the point of no return; whoever asks has lost track of it. */
export class CancelAfterConfirmation extends Error {
  readonly code = 'cancel-after-confirmation';
  constructor(readonly data: { readonly orderId: string }) {
    super(`Order ${data.orderId} is completed and cannot be cancelled`);
    this.name = 'CancelAfterConfirmation';
  }
}

/** An order that was to be ended is still open: the statement that ends orders did not do so. */
export class OrderStillOpen extends Error {
  readonly code = 'order-still-open';
  constructor(readonly data: { readonly orderId: string }) {
    super(`Order ${data.orderId} was not ended`);
    this.name = 'OrderStillOpen';
  }
}

/** Answers whoever wants an order confirmed from the order as it is afterwards: who came first decided, and is never overruled. */
export function confirmationAnswer(orderId: string, order: Order | undefined) {
  switch (order?.status) {
    case 'COMPLETED':
      return OrderConfirmed({ orderId, customerId: order.customerId, lines: [...order.lines], total: order.total });
    case 'CANCELLED':
      return OrderConfirmationRefused({ orderId, reason: order.reason });
    case 'PENDING':
      if (order.refusal === null) throw new OrderStillOpen({ orderId });
      return OrderConfirmationRefused({ orderId, reason: order.refusal });
    case undefined:
      throw new OrderNotFound({ orderId });
  }
}

/** Answers whoever wants it cancelled in the same way. */
export function cancellationAnswer(orderId: string, order: Order | undefined) {
  switch (order?.status) {
    case 'CANCELLED':
      return OrderCancelled({ orderId, cartId: order.cartId, reason: order.reason });
    case 'COMPLETED':
      throw new CancelAfterConfirmation({ orderId });
    case 'PENDING':
      throw new OrderStillOpen({ orderId });
    case undefined:
      throw new OrderNotFound({ orderId });
  }
}

/** Characters of a reason that are kept: a notification of the end has to fit into 8,000 bytes. */
const REASON_LENGTH = 500;

/** What is kept of a cancellation's reason. PostgreSQL's text takes no NUL. */
export const shortReason = (reason: string) => reason.replaceAll('\0', '').slice(0, REASON_LENGTH) || 'no reason given';
