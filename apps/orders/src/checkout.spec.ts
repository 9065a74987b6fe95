import { CartRejected } from '@comptoir/contracts/carts';
import { StockRejected, StockReleased } from '@comptoir/contracts/inventory';
import { message } from '@comptoir/messaging/testing';
import { carriedLines, failureOf } from './checkout';

const orderId = '01936f1e-7f44-7d3e-9c2b-3f2a1b4c5d6e';
const cartId = '01936f1e-7f44-7d3e-9c2b-3f2a1b4c5d6f';

describe('why a choreographed order comes to nothing', () => {
  it('is what carts says', () => {
    const rejected = message(CartRejected, { orderId, cartId, reason: 'cart-empty', detail: 'no lines' });
    expect(failureOf(rejected)).toBe('cart-empty: no lines');
  });

  it('names every shortage', () => {
    const shortages = [{ sku: 'A', requested: 3, available: 1 }, { sku: 'B', requested: 1, available: 0 }];
    const rejected = message(StockRejected, { orderId, reason: 'out-of-stock', shortages });
    expect(failureOf(rejected)).toBe('out-of-stock: A (3 wanted, 1 left), B (1 wanted, 0 left)');
    expect(failureOf(message(StockRejected, { orderId, reason: 'void', shortages: [] }))).toBe('void');
  });

  it('is what stock was released for', () => {
    expect(failureOf(message(StockReleased, { orderId, lines: [], reason: 'payment declined: no-funds' }))).toBe('payment declined: no-funds');
    expect(failureOf(message(StockReleased, { orderId, lines: [] }))).toBe('');
  });
});

it('a payment without its lines is no payment of a checkout', () => {
  const payment = { orderId, paymentId: cartId, amount: { amount: 1, currency: 'GBP' } };
  const lines = [{ sku: 'A', quantity: 1, unitPrice: 1 }];
  expect(carriedLines({ ...payment, lines })).toEqual(lines);
  expect(() => carriedLines(payment)).toThrow(expect.objectContaining({ code: 'lines-not-carried', data: { orderId } }));
});
