import { CATALOGUE } from '@comptoir/contracts/catalog';
import { serviceUnderTest, type ServiceUnderTest } from '@comptoir/platform/testing';
import { eventually } from '@comptoir/testing';
import { catalog, CatalogModule } from './catalog.module';

let subject: ServiceUnderTest;
beforeAll(async () => {
  const hears = { exchange: 'business.events', key: `catalog.*.${CATALOGUE}` } as const;
  subject = await serviceUnderTest(CatalogModule, catalog, { flow: CATALOGUE, hears });
});
afterAll(() => subject?.stop());

const product = (sku: string, price: number, more: object = {}) => ({ sku, name: `Product ${sku}`, currency: 'GBP', price, ...more });
const put = (products: object[], headers: Record<string, string> = {}) =>
  subject.send('POST', '/products', { products }, headers);
const get = (url: string) => subject.send('GET', url);
/** Everything said of these products, when it is `count` messages, by SKU and then revision. */
const hear = (skus: RegExp, count: number) =>
  eventually(() => {
    const told = subject.heard
      .map(({ body, headers }) => ({ ...(body as { sku: string; revision: number; discontinued: boolean }), streamVersion: headers['stream-version'] }))
      .filter(({ sku }) => skus.test(sku));
    expect(told.length).toBe(count);
    return told.sort((a, b) => (a.sku < b.sku ? -1 : a.sku > b.sku ? 1 : a.revision - b.revision));
  });

describe('putting products on offer', () => {
  it('tells what is new or different, and nothing of the rest', async () => {
    const first = await put([product('A', 100), product('B', 200, { tradePrices: [180, 200] })]);
    expect(first.json()).toEqual({ received: 2, created: 2, changed: 0, unchanged: 0 });
    expect(await hear(/^[ABC]$/, 2)).toMatchObject([
      { sku: 'A', revision: 1, prices: [100], discontinued: false, streamVersion: 1 },
      { sku: 'B', revision: 1, prices: [200, 180] },
    ]);
    const second = await put([product('A', 100), product('B', 200), product('C', 300)]);
    expect(second.json()).toEqual({ received: 3, created: 1, changed: 1, unchanged: 1 });
    expect(await hear(/^[ABC]$/, 4)).toMatchObject([
      { sku: 'A', revision: 1 },
      { sku: 'B', revision: 1 },
      { sku: 'B', revision: 2, prices: [200], streamVersion: 2 },
      { sku: 'C', revision: 1 },
    ]);
  });

  it('tells SKUs apart that differ in case only', async () => {
    await put([product('85099b', 205), product('85099B', 195)]);
    expect((await get('/products/85099b')).json()).toMatchObject({ price: 205 });
    expect((await get('/products/85099B')).json()).toMatchObject({ price: 195 });
  });

  it('takes any printable SKU, and finds it again', async () => {
    const sku = `${'Théière/№ 😀 %2F '.repeat(3)}?&#`;
    await put([product(sku, Number.MAX_SAFE_INTEGER)]);
    expect((await get(`/products/${encodeURIComponent(sku)}`)).json()).toMatchObject({ sku, price: Number.MAX_SAFE_INTEGER });
  });

  it('takes 5,000 products in one request', async () => {
    const products = Array.from({ length: 5_000 }, (_, n) => product(`BULK-${n}`, n + 1));
    expect((await put(products)).json()).toMatchObject({ created: 5_000 });
    await hear(/^BULK-/, 5_000);
    expect((await put([...products, product('ONE MORE', 1)])).statusCode).toBe(400);
  });

  it('gives the same reply for the same idempotency key, and refuses it for another request', async () => {
    const key = { 'idempotency-key': 'upsert 1' };
    const first = await put([product('K', 1)], key);
    expect((await put([product('K', 1)], key)).json()).toEqual(first.json());
    expect((await put([product('K', 2)], key)).statusCode).toBe(422);
  });

  it.each([
    ['a price of zero', [product('A', 0)], 'products[0].price'],
    ['half a penny', [product('A', 0.5)], 'products[0].price'],
    ['a free trade price', [product('A', 1, { tradePrices: [1, 0] })], 'products[0].tradePrices[1]'],
    ['no currency', [product('A', 1, { currency: 'pounds' })], 'products[0].currency'],
    ['a SKU twice', [product('A', 1), product('B', 1), product('A ', 2)], 'products[2].sku'],
    ['a SKU that no database takes', [product('a\0', 1, { name: 'A' })], 'products[0].sku'],
    ['no products', [], 'products'],
  ])('refuses %s, all or nothing', async (_, products, path) => {
    const before = (await get('/products?limit=1000')).json();
    const response = await put(products);
    expect(response.statusCode).toBe(400);
    expect(response.json().errors).toEqual([{ path, message: expect.any(String) }]);
    expect((await get('/products?limit=1000')).json()).toEqual(before);
  });
});

describe('discontinuing a product', () => {
  const discontinue = (sku: string) => subject.send('POST', `/products/${sku}/discontinue`);

  it('tells it once; putting it on offer again is another change', async () => {
    await put([product('GONE', 100)]);
    expect((await discontinue('GONE')).json()).toMatchObject({ discontinued: true, revision: 2 });
    expect((await discontinue('GONE')).json()).toMatchObject({ discontinued: true, revision: 2 });
    expect((await put([product('GONE', 100)])).json()).toMatchObject({ changed: 1 });
    const told = await hear(/^GONE$/, 3);
    expect(told.map(({ revision, discontinued }) => [revision, discontinued])).toEqual([[1, false], [2, true], [3, false]]);
  });

  it('of which there is none is a 404', async () => {
    expect((await discontinue('NOWHERE')).statusCode).toBe(404);
  });
});

describe('the list', () => {
  it('is read page by page in the order of the bytes, each product once', async () => {
    await put(['ß-1', 'a-1', 'B-1', 'Ω-1', 'b-1'].map((sku) => product(sku, 1, { name: 'Listed' })));
    const skus: string[] = [];
    let next: string | null = '';
    while (next !== null) {
      const page: { items: { sku: string }[]; next: string | null } = (
        await get(`/products?search=listed&limit=2${next ? `&after=${next}` : ''}`)
      ).json();
      skus.push(...page.items.map(({ sku }) => sku));
      next = page.next;
    }
    expect(skus).toEqual(['B-1', 'a-1', 'b-1', 'ß-1', 'Ω-1']);
  });

  it('is filtered by text, literally, and by what is discontinued', async () => {
    await put([product('P-1', 1, { name: '100% wool_1' }), product('P-2', 1, { name: '1000 wool 1' })]);
    await subject.send('POST', '/products/P-2/discontinue');
    const found = async (query: string) => (await get(`/products?${query}`)).json().items.map((item: { sku: string }) => item.sku);
    expect(await found('search=100%25')).toEqual(['P-1']);
    expect(await found('search=L_1')).toEqual(['P-1']);
    expect(await found('search=WOOL')).toEqual(['P-1', 'P-2']);
    expect(await found('search=p-&discontinued=true')).toEqual(['P-2']);
    expect(await found('search=wool&discontinued=false')).toEqual(['P-1']);
  });
});
