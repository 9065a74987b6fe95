import { OrderCancelled, OrderConfirmationRefused, OrderConfirmed } from '@comptoir/contracts/orders';
import {
  CancelAfterConfirmation,
  cancellationAnswer,
  confirmationAnswer,
  OrderNotFound,
  OrderStillOpen,
  shortReason,
  type Order,
} from './order';

const orderId = '01936f1e-7f44-7d3e-9c2b-3f2a1b4c5d6e';
const cartId = '01936f1e-7f44-7d3e-9c2b-3f2a1b4c5d6f';
const lines = [{ sku: 'A', quantity: 2, unitPrice: 625 }];
const total = { amount: 1250, currency: 'GBP' };
const completed: Order = { status: 'COMPLETED', orderId, customerId: 'C-1', lines, total };
const cancelled: Order = { status: 'CANCELLED', orderId, cartId, reason: 'out-of-stock' };
const pending: Order = { status: 'PENDING', orderId, refusal: null };

describe('a confirmation', () => {
  it('of a completed order says what was sold', () => {
    expect(confirmationAnswer(orderId, completed)).toEqual(OrderConfirmed({ orderId, customerId: 'C-1', lines, total }));
  });
  it('of a cancelled order is refused with the reason', () => {
    expect(confirmationAnswer(orderId, cancelled)).toEqual(OrderConfirmationRefused({ orderId, reason: 'out-of-stock' }));
  });
  it('of no order, or one that did not end, is an error', () => {
    expect(() => confirmationAnswer(orderId, undefined)).toThrow(OrderNotFound);
    expect(() => confirmationAnswer(orderId, pending)).toThrow(OrderStillOpen);
  });
});

describe('a cancellation', () => {
  it('of a cancelled order tells the first reason', () => {
    expect(cancellationAnswer(orderId, cancelled)).toEqual(OrderCancelled({ orderId, cartId, reason: 'out-of-stock' }));
  });
  it('of a completed order, of none, or of one that did not end is an error', () => {
    expect(() => cancellationAnswer(orderId, completed)).toThrow(CancelAfterConfirmation);
    expect(() => cancellationAnswer(orderId, undefined)).toThrow(OrderNotFound);
    expect(() => cancellationAnswer(orderId, pending)).toThrow(OrderStillOpen);
  });
});

it.each([
  ['out-of-stock', 'out-of-stock'],
  ['', 'no reason given'],
  ['a\0b', 'ab'],
  ['x'.repeat(900), 'x'.repeat(500)],
])('keeps a reason short', (reason, kept) => {
  expect(shortReason(reason)).toBe(kept);
});
