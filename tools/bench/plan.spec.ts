import { blocksOf, cartItems, kindOf, paymentToken, PRODUCTS, skuOf } from './plan';

it('declines one payment in twenty', () => {
  const tokens = Array.from({ length: 1_000 }, (_, nth) => paymentToken(nth));
  expect(tokens.filter((token) => token === 'tok_decline')).toHaveLength(50);
  expect(new Set(tokens)).toEqual(new Set(['tok_approve', 'tok_decline']));
});

it('fills carts with one to three different products that are on offer', () => {
  const offered = new Set(Array.from({ length: PRODUCTS }, (_, nth) => skuOf(nth)));
  for (let nth = 0; nth < 5_000; nth++) {
    const skus = cartItems(nth).map(({ sku }) => sku);
    expect(skus.every((sku) => offered.has(sku))).toBe(true);
    expect(new Set(skus).size).toBe(1 + (nth % 3));
  }
});

describe('two styles in one run', () => {
  const plan = { sagas: 4_000, coordination: 'both' } as const;

  it('take turns, and each order is measured once', () => {
    const blocks = blocksOf(plan);
    expect(blocks.map(({ coordination }) => coordination[0]).join('')).toBe('occoocco');
    const orders = blocks.flatMap(({ from, count }) => Array.from({ length: count }, (_, nth) => from + nth));
    expect(orders.sort((a, b) => a - b)).toEqual(Array.from({ length: 4_000 }, (_, nth) => nth));
  });

  it('get the same carts and payments', () => {
    const kinds = (style: string) => blocksOf(plan).filter(({ coordination }) => coordination === style)
      .flatMap(({ from, count }) => Array.from({ length: count }, (_, nth) => kindOf(plan, from + nth)));
    expect(kinds('choreography')).toEqual(kinds('orchestration'));
  });

  it('are told apart in the smallest run, too', () => {
    expect(blocksOf({ sagas: 2, coordination: 'both' })).toEqual([
      { coordination: 'choreography', from: 1, count: 1 },
      { coordination: 'orchestration', from: 0, count: 1 },
    ]);
  });

  it('of which there is one, it is measured in one go', () => {
    expect(blocksOf({ sagas: 7, coordination: 'choreography' })).toEqual([{ coordination: 'choreography', from: 0, count: 7 }]);
    expect(kindOf({ sagas: 7, coordination: 'choreography' }, 6)).toBe(6);
  });
});
