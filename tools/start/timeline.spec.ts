import { endedAsItShould } from './place-order';
import { OPENING_STOCK, ORDERS, PRODUCTS } from './sample-catalogue';
import { timelineTable } from './timeline';

test('a timeline says when, what came in, what was sent and where the saga was then', () => {
  const at = (ms: number) => new Date(Date.UTC(2026, 0, 1) + ms).toISOString();
  const text = timelineTable([
    { at: at(0), input: 'orders.order-placed', events: [{ type: 'started' }, { type: 'sent', message: 'carts.validate-cart' }], state: 'PENDING' },
    {
      at: at(42),
      input: 'carts.cart-rejected',
      events: [{ type: 'refused', reason: 'cart-empty' }, { type: 'sent', message: 'orders.cancel-order' }],
      state: 'PENDING',
    },
    { at: at(60), input: 'orders.order-cancelled', events: [{ type: 'ended' }], state: 'CANCELLED' },
    {
      at: at(70),
      input: 'orders.order-confirmed',
      events: [{ type: 'answered', label: 'ORDER_CONFIRMED' }, { type: 'ended', label: 'COMPLETED' }],
      state: 'COMPLETED',
    },
  ]);
  expect(text.split('\n').map((line) => line.split(/ {2,}/))).toEqual([
    ['after', 'came in', 'sent', 'state'],
    expect.anything(),
    ['0 ms', 'orders.order-placed', 'carts.validate-cart', 'PENDING'],
    ['42 ms', 'carts.cart-rejected (cart-empty)', 'orders.cancel-order', 'PENDING'],
    ['60 ms', 'orders.order-cancelled', '-', 'CANCELLED'],
    ['70 ms', 'orders.order-confirmed', '-', 'ORDER_CONFIRMED -> COMPLETED'],
  ]);
});

describe('the sample orders', () => {
  const [through, declined, outOfStock] = ORDERS;

  test.each([
    [through, 'COMPLETED', null, true],
    [through, 'CANCELLED', 'payment declined', false],
    [declined, 'CANCELLED', 'payment declined: declined', true],
    [declined, 'CANCELLED', 'out-of-stock', false],
    [outOfStock, 'CANCELLED', 'out-of-stock: KETTLE-COPPER (1 wanted, 0 left)', true],
    [outOfStock, 'PENDING', null, false],
  ])('%# judged by how they ended', (order, status, reason, right) => {
    expect(order && endedAsItShould(order, { status, reason })).toBe(right);
  });

  test('ask for products of the shop only, and just one of them has no stock', () => {
    const skus = new Set(PRODUCTS.map(({ sku }) => sku));
    for (const { items } of ORDERS) for (const { sku } of items) expect(skus).toContain(sku);
    const without = OPENING_STOCK.filter(({ quantity }) => quantity === 0).map(({ sku }) => sku);
    expect(without).toEqual(outOfStock?.items.map(({ sku }) => sku));
  });
});
