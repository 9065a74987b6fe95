import { price, validate, type Cart, type CartLine, type Offer } from './cart';

const offer = (sku: string, prices: number[], changes: Partial<Offer> = {}): [string, Offer] => [
  sku,
  { sku, prices, currency: 'GBP', discontinued: false, ...changes },
];
const OFFERS = new Map([
  offer('TEAPOT', [2495, 2195]),
  offer('85099B', [195]),
  offer('85099b', [205]),
  offer('OLD', [100], { discontinued: true }),
  offer('EURO', [300], { currency: 'EUR' }),
  offer('DEAR', [Number.MAX_SAFE_INTEGER]),
]);
const line = (sku: string, quantity = 1, unitPrice?: number): CartLine => ({ sku, quantity, unitPrice });

describe('the price of a cart', () => {
  it('is the list price unless another was offered', () => {
    expect(price([line('TEAPOT', 2), line('85099B', 3)], OFFERS)).toEqual({
      state: 'validated',
      lines: [
        { sku: 'TEAPOT', quantity: 2, unitPrice: 2495 },
        { sku: '85099B', quantity: 3, unitPrice: 195 },
      ],
      total: { amount: 2 * 2495 + 3 * 195, currency: 'GBP' },
    });
  });

  it('keeps the same SKU at two prices apart', () => {
    expect(price([line('TEAPOT', 1, 2495), line('TEAPOT', 10, 2195)], OFFERS)).toMatchObject({
      lines: [{ unitPrice: 2495 }, { unitPrice: 2195 }],
      total: { amount: 2495 + 21950 },
    });
  });

  it('tells SKUs apart that differ in case only', () => {
    expect(price([line('85099b')], OFFERS)).toMatchObject({ total: { amount: 205 } });
  });

  it('may be the largest number that is exact', () => {
    expect(price([line('DEAR')], OFFERS)).toMatchObject({ total: { amount: Number.MAX_SAFE_INTEGER } });
  });
});

describe('a cart is refused', () => {
  it.each<[string, CartLine[], string, string]>([
    ['an unknown SKU', [line('TEAPOT'), line('teapot')], 'unknown-sku', 'Not in the catalogue: teapot'],
    ['a product no longer sold', [line('OLD', 1, 100)], 'discontinued', 'No longer sold: OLD'],
    ['a price that is not offered', [line('TEAPOT', 1, 2494)], 'price-not-offered', 'Not offered: TEAPOT at 2494 (it is 2495 or 2195)'],
    ['two currencies', [line('TEAPOT'), line('EURO')], 'mixed-currencies', 'Prices are in GBP and EUR'],
    ['one line beyond exact numbers', [line('DEAR', 2)], 'total-too-large', 'The total is above 9007199254740991 GBP minor units'],
    ['a sum beyond exact numbers', [line('DEAR'), line('TEAPOT')], 'total-too-large', 'The total is above 9007199254740991 GBP minor units'],
    [
      'a sum that comes back below the limit after leaving it',
      [line('DEAR', 1_000_000), line('TEAPOT')],
      'total-too-large',
      'The total is above 9007199254740991 GBP minor units',
    ],
  ])('for %s', (_, lines, reason, detail) => {
    expect(price(lines, OFFERS)).toEqual({ state: 'rejected', reason, detail });
  });

  it('names a few of the many lines that are wrong, each once', () => {
    const lines = ['a', 'b', 'a', 'c', 'd', 'e', 'f', 'g'].map((sku) => line(sku));
    expect(price(lines, OFFERS)).toMatchObject({ detail: 'Not in the catalogue: a, b, c, d, e and 2 more' });
  });
});

describe('an order may have a cart', () => {
  const order = { orderId: 'order-1', cartId: 'cart-1' };
  const cart = (changes: Partial<Cart> = {}): Cart => ({ cartId: 'cart-1', orderId: null, lines: [line('TEAPOT')], ...changes });

  it('that is open', () => {
    expect(validate(cart(), order, OFFERS)).toMatchObject({ state: 'validated' });
  });

  it('that is its own already', () => {
    expect(validate(cart({ orderId: 'order-1' }), order, OFFERS)).toMatchObject({ state: 'validated' });
  });

  it.each<[string, Cart | undefined, string]>([
    ['that does not exist', undefined, 'cart-not-found'],
    ['that is empty', cart({ lines: [] }), 'cart-empty'],
    ['that another order has', cart({ orderId: 'order-2' }), 'cart-already-ordered'],
  ])('but not one %s', (_, given, reason) => {
    expect(validate(given, order, OFFERS)).toMatchObject({ state: 'rejected', reason });
  });
});
