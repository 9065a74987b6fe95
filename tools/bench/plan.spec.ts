import { cartItems, paymentToken, PRODUCTS, skuOf } from './plan';

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
