import { priced, pricesOf, repeated } from './product';

describe('the prices of a product', () => {
  it('start with the list price', () => {
    expect(pricesOf(295, [255, 210])).toEqual([295, 255, 210]);
  });

  it('are each listed once', () => {
    expect(pricesOf(295, [255, 295, 255])).toEqual([295, 255]);
  });

  it('may be the list price alone', () => {
    expect(pricesOf(295)).toEqual([295]);
  });
});

describe('a list of products', () => {
  it('repeats a SKU when it comes again exactly', () => {
    expect(repeated([{ sku: 'a' }, { sku: 'b' }, { sku: 'a' }, { sku: 'a' }])).toEqual([2, 3]);
  });

  it('may hold SKUs that differ in case only: they are two products', () => {
    expect(repeated([{ sku: '85099b' }, { sku: '85099B' }])).toEqual([]);
  });
});

it('says all of an offer, so that a copy needs no other source', () => {
  const product = { sku: 'TEAPOT', name: 'Teapot', currency: 'GBP', prices: [295], revision: 3, discontinued: false };
  expect(priced({ ...product })).toEqual(product);
});
