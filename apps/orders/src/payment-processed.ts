import { CHECKOUT, OrderCancelled, OrderConfirmationRefused, OrderConfirmed, OrderPlaced } from '@comptoir/contracts/orders';
import { PaymentProcessed } from '@comptoir/contracts/payments';
import { reaction } from '@comptoir/saga';
import { carriedLines } from './checkout';
import { confirmAll } from './confirm-order';

/**
 * PaymentProcessed -> OrderConfirmed | OrderConfirmationRefused: the point of no return of an order without a coordinator.
 * Orders placed it and decides about it, so nobody has to be asked when its deadline has passed: see checkout-deadlines.ts.
 */
export const paymentProcessed = reaction(CHECKOUT, {
  on: PaymentProcessed,
  kind: 'pivot',
  emits: [OrderConfirmed, OrderConfirmationRefused],
  refusals: [OrderConfirmationRefused],
  waits: { since: OrderPlaced, deadline: '2m', says: OrderConfirmationRefused, until: [OrderConfirmed, OrderCancelled] },
  batch: (events, tx) =>
    confirmAll(tx, events.map(({ body }) => ({ orderId: body.orderId, lines: carriedLines(body), total: body.amount }))),
});
