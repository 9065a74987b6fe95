import { OrderAudit, type OrderPage } from './order-books';
import { Violations } from './violation';

const orderId = '019a0000-0000-7000-8000-000000000001';
const completed: OrderPage = {
  orderId,
  order: { orderId, coordination: 'orchestration', status: 'COMPLETED', total: 1250n, currency: 'GBP' },
  saga: { orderId, status: 'completed' },
  reservation: { orderId, state: 'sold' },
  payment: { orderId, captured: 1250n, refunded: 0n, issued: 0n, currency: 'GBP' },
};
const cancelled: OrderPage = {
  orderId,
  order: { orderId, coordination: 'orchestration', status: 'CANCELLED', total: null, currency: null },
  saga: { orderId, status: 'compensated' },
  reservation: { orderId, state: 'released' },
  payment: { orderId, captured: 0n, refunded: 0n, issued: 0n, currency: null },
};
const byPeers = ({ order, ...page }: OrderPage, status = order!.status): OrderPage => ({
  ...page,
  order: { ...order!, coordination: 'choreography', status },
  saga: undefined,
});

function verdict(...pages: readonly OrderPage[]) {
  const violations = new Violations();
  const audit = new OrderAudit(violations);
  for (const page of pages) audit.read(page);
  audit.finish();
  return violations.list().map(({ invariant }) => invariant);
}

describe('an order in all the books', () => {
  it.each<[string, OrderPage]>([
    ['completed, sold and paid', completed],
    ['completed, and part of it returned', { ...completed, payment: { orderId, captured: 1250n, refunded: 400n, issued: 400n, currency: 'GBP' } }],
    ['completed, and all of it returned', { ...completed, payment: { orderId, captured: 1250n, refunded: 1250n, issued: 1250n, currency: 'GBP' } }],
    ['cancelled, with everything given back', cancelled],
    ['cancelled before stock and payment were asked for', { ...cancelled, reservation: undefined, payment: undefined }],
    ['cancelled by a person', { ...cancelled, saga: { orderId, status: 'cancelled' } }],
    ['completed by peers, without a saga', byPeers(completed)],
    ['cancelled by peers', byPeers(cancelled)],
    ['completed, and has its cart', { ...completed, cart: { orderId, state: 'validated' } }],
    ['cancelled, and its cart is open again', { ...cancelled, cart: { orderId, state: 'released' } }],
    ['cancelled after its payment, which was refunded', { ...cancelled, payment: { orderId, captured: 1250n, refunded: 1250n, issued: 0n, currency: 'GBP' } }],
  ])('is in order when %s', (_, page) => {
    expect(verdict(page)).toEqual([]);
  });

  it.each<[string, string, OrderPage]>([
    ['has no saga', 'every-order-one-ended-saga', { ...completed, saga: undefined }],
    ['has a saga that is parked', 'every-order-one-ended-saga', { ...completed, saga: { orderId, status: 'parked' } }],
    ['has a saga but was never accepted', 'every-order-one-ended-saga', { orderId, saga: completed.saga }],
    ['is cancelled though its saga completed', 'order-matches-saga', { ...cancelled, saga: completed.saga }],
    ['is still open though its saga ended', 'order-matches-saga', { ...cancelled, order: { ...cancelled.order!, status: 'PENDING' } }],
    ['is completed and nothing was sold', 'stock-matches-order', { ...completed, reservation: { orderId, state: 'reserved' } }],
    ['is completed without a reservation', 'stock-matches-order', { ...completed, reservation: undefined }],
    ['is cancelled and stock stays reserved', 'stock-matches-order', { ...cancelled, reservation: { orderId, state: 'reserved' } }],
    ['is cancelled and stock was sold', 'stock-matches-order', { ...cancelled, reservation: { orderId, state: 'sold' } }],
    ['is choreographed and still open', 'choreographed-orders-ended', byPeers({ ...cancelled, reservation: undefined }, 'PENDING')],
    ['is choreographed and has a saga', 'choreographed-orders-ended', { ...byPeers(completed), saga: completed.saga }],
    ['is choreographed and cancelled, and stock stays reserved', 'stock-matches-order', byPeers({ ...cancelled, reservation: { orderId, state: 'reserved' } })],
    ['is cancelled and holds its cart', 'carts-match-orders', { ...cancelled, cart: { orderId, state: 'validated' } }],
    ['is a reservation for nobody', 'stock-matches-order', { orderId, reservation: { orderId, state: 'void' } }],
  ])('is not when it %s', (_, invariant, page) => {
    expect(verdict(page)).toEqual([invariant]);
  });

  it.each<[string, OrderPage]>([
    ['completed without a payment', { ...completed, payment: undefined }],
    ['completed with one penny too much', { ...completed, payment: { orderId, captured: 1251n, refunded: 0n, issued: 0n, currency: 'GBP' } }],
    ['completed, and more is given back than was returned', { ...completed, payment: { orderId, captured: 1250n, refunded: 401n, issued: 400n, currency: 'GBP' } }],
    ['completed, and a refund is counted that was never given back', { ...completed, payment: { orderId, captured: 1250n, refunded: 0n, issued: 400n, currency: 'GBP' } }],
    ['completed with another currency', { ...completed, payment: { orderId, captured: 1250n, refunded: 0n, issued: 0n, currency: 'EUR' } }],
    ['cancelled and never refunded', { ...cancelled, payment: { orderId, captured: 1250n, refunded: 0n, issued: 0n, currency: 'GBP' } }],
    ['paid but never placed', { orderId, payment: { orderId, captured: 0n, refunded: 0n, issued: 0n, currency: null } }],
  ])('is not when %s', (_, page) => {
    expect(verdict(page)).toEqual(['captured-equals-completed']);
  });
});

describe('all orders together', () => {
  it('names the currency in which money and sales differ', () => {
    const violations = new Violations();
    const audit = new OrderAudit(violations);
    audit.read({ ...completed, payment: { orderId, captured: 1000n, refunded: 0n, issued: 0n, currency: 'GBP' } });
    audit.finish();
    expect(violations.list()).toEqual([
      {
        invariant: 'captured-equals-completed',
        count: 2,
        examples: [`order ${orderId} (COMPLETED): 1000 captured, 1250 due`, 'all orders: 1000 GBP captured, 1250 GBP sold'],
      },
    ]);
  });
});
