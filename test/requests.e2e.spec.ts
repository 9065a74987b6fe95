import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { request, type IncomingMessage } from 'node:http';
import { text } from 'node:stream/consumers';
import { eventually } from '@comptoir/testing';
import { ReserveStock } from '@comptoir/contracts/inventory';
import { v7 as uuidv7 } from 'uuid';
import type { ServiceName } from '../tools/services';
import type { Broker } from './harness/broker';
import { hold, releaseAll } from './harness/detour';
import { ask, type Answer, type Ask } from './harness/rest';
import type { Placed, Shop } from './harness/shop';
import { useSystem } from './harness/use-system';

const started = useSystem({ name: 'requests' });
let shop: Shop;
let broker: Broker;
beforeAll(async () => {
  shop = started();
  broker = await shop.system.broker();
});

const post = (service: ServiceName, path: string, options: Ask) =>
  ask('POST', shop.system.url(service) + path, options);
const TEAPOT = { sku: 'TEAPOT', quantity: 1 };
const PRODUCT = { sku: 'SPOON', name: 'Spoon', currency: 'GBP', price: 250 };
const order = (cartId: string, more: object = {}) => ({
  cartId,
  customerId: 'C-1',
  payment: { token: 'tok_approve' },
  ...more,
});

describe('Idempotency-Key', () => {
  const CREATING: readonly [string, ServiceName, string, (cartId: string) => object, (cartId: string) => object][] = [
    ['a cart', 'carts', '/carts', () => ({ items: [TEAPOT] }), () => ({ items: [{ ...TEAPOT, quantity: 2 }] })],
    ['an order', 'orders', '/orders', (cartId) => order(cartId), (cartId) => order(cartId, { customerId: 'C-2' })],
    [
      'products',
      'catalog',
      '/products',
      () => ({ products: [PRODUCT] }),
      () => ({ products: [{ ...PRODUCT, price: 251 }] }),
    ],
    [
      'a receipt of goods',
      'inventory',
      '/receipts',
      () => ({ lines: [{ sku: 'TEAPOT', quantity: 7 }] }),
      () => ({ lines: [{ sku: 'TEAPOT', quantity: 8 }] }),
    ],
  ];

  test.each(CREATING)(
    '%s: asked again it answers the same and does nothing; for another request it is refused',
    async (_what, service, path, body, other) => {
      const cartId = await shop.cart([TEAPOT]);
      const idempotencyKey = randomUUID();
      const [first, second] = await Promise.all(
        [body, body].map((each) => post(service, path, { body: each(cartId), idempotencyKey })),
      );
      const third = await post(service, path, { body: body(cartId), idempotencyKey });
      expect(first!.status).toBeLessThan(300);
      expect([second, third].map((answer) => [answer?.status, answer?.body])).toEqual(
        Array(2).fill([first!.status, first!.body]),
      );
      const refused = await post(service, path, { body: other(cartId), idempotencyKey });
      expectProblem(refused, 422, /used before/);
    },
  );

  test('an action on a saga', async () => {
    const held = await hold(broker, 'payments.process-payment');
    const { orderId } = await shop.place([TEAPOT]);
    await held.until(1);
    const idempotencyKey = randomUUID();
    const act = (reason: string) =>
      post('orchestrator', `/sagas/${orderId}/cancel`, { body: { actor: 'ada', reason }, idempotencyKey });
    const answers = [await act('gone'), await act('gone')];
    expect(answers[0]).toMatchObject({ status: 200 });
    expect(answers[1]!.body).toEqual(answers[0]!.body);
    expectProblem(await act('another reason'), 422, /used before/);
    await releaseAll(broker);
  });

  test('goods taken in twice under one key are there once', async () => {
    const before = await shop.stock('TEAPOT');
    const idempotencyKey = randomUUID();
    const body = { lines: [{ sku: 'TEAPOT', quantity: 3 }] };
    await Promise.all([1, 2, 3].map(() => post('inventory', '/receipts', { body, idempotencyKey })));
    expect((await shop.stock('TEAPOT')).available).toBe(before.available + 3);
  });

  test.each(['', ' ', 'x'.repeat(256), 'snow\u00e9'])('%j is no key', async (idempotencyKey) => {
    expectProblem(
      await post('carts', '/carts', { body: {}, headers: { 'idempotency-key': idempotencyKey } }),
      400,
      /Idempotency-Key/i,
    );
  });
});

describe('bad input is refused with what is wrong, and nothing comes of it', () => {
  const items = (...lines: object[]) => ({ body: { items: lines } });
  const products = (change: object) => ({ body: { products: [{ ...PRODUCT, ...change }] } });
  const cartId = uuidv7();
  const CASES: readonly [string, ServiceName, string, Ask, number, RegExp][] = [
    ['malformed JSON', 'carts', '/carts', { raw: '{"items": [' }, 400, /JSON/i],
    ['malformed JSON', 'orders', '/orders', { raw: '{"cartId": "x"' }, 400, /JSON/i],
    [
      'no JSON at all',
      'orders',
      '/orders',
      { raw: 'hello', headers: { 'content-type': 'text/plain' } },
      400,
      /expected object/,
    ],
    [
      'a kind of content nobody reads',
      'orders',
      '/orders',
      { raw: '<order/>', headers: { 'content-type': 'application/xml' } },
      415,
      /Unsupported Media Type/,
    ],
    ['an empty body', 'orders', '/orders', { raw: '', headers: { 'content-type': 'application/json' } }, 400, /./],
    ['an array', 'orders', '/orders', { body: [] }, 400, /./],
    ['a field nobody knows', 'carts', '/carts', { body: { items: [], itmes: [] } }, 400, /itmes/],
    ['a field nobody knows', 'orders', '/orders', { body: order(cartId, { voucher: 'V' }) }, 400, /voucher/],
    ['a field nobody knows', 'catalog', '/products', products({ stock: 1 }), 400, /stock/],
    ['a field nobody knows', 'inventory', '/receipts', { body: { lines: [{ ...TEAPOT, unit: 'kg' }] } }, 400, /unit/],
    ['a quantity of zero', 'carts', '/carts', items({ ...TEAPOT, quantity: 0 }), 400, /items\[0\]\.quantity/],
    ['a negative quantity', 'carts', '/carts', items(TEAPOT, { ...TEAPOT, quantity: -1 }), 400, /items\[1\]\.quantity/],
    ['a huge quantity', 'carts', '/carts', items({ ...TEAPOT, quantity: 1e15 }), 400, /items\[0\]\.quantity/],
    ['a fraction', 'carts', '/carts', items({ ...TEAPOT, quantity: 1.5 }), 400, /items\[0\]\.quantity/],
    ['a quantity in words', 'carts', '/carts', items({ ...TEAPOT, quantity: '1' }), 400, /items\[0\]\.quantity/],
    ['a SKU with a line break', 'carts', '/carts', items({ ...TEAPOT, sku: 'A\nB' }), 400, /items\[0\]\.sku/],
    ['a SKU with NUL', 'carts', '/carts', items({ ...TEAPOT, sku: 'A\0' }), 400, /items\[0\]\.sku/],
    ['a price of nothing', 'carts', '/carts', items({ ...TEAPOT, unitPrice: 0 }), 400, /items\[0\]\.unitPrice/],
    ['too many lines', 'carts', '/carts', items(...Array(2_001).fill(TEAPOT)), 400, /items/],
    ['no cart', 'orders', '/orders', { body: { customerId: 'C-1', payment: { token: 'tok_approve' } } }, 400, /cartId/],
    ['a cart that is no id', 'orders', '/orders', { body: order('17') }, 400, /cartId/],
    ['no payment', 'orders', '/orders', { body: { cartId, customerId: 'C-1' } }, 400, /payment/],
    ['an empty token', 'orders', '/orders', { body: order(cartId, { payment: { token: '' } }) }, 400, /payment\.token/],
    ['a customer of spaces', 'orders', '/orders', { body: order(cartId, { customerId: '  ' }) }, 400, /customerId/],
    ['a currency that is none', 'catalog', '/products', products({ currency: 'pounds' }), 400, /currency/],
    ['a negative price', 'catalog', '/products', products({ price: -1 }), 400, /price/],
    ['a product twice', 'catalog', '/products', { body: { products: [PRODUCT, PRODUCT] } }, 400, /products\[1\]\.sku/],
    ['no products', 'catalog', '/products', { body: { products: [] } }, 400, /products/],
    [
      'goods of no quantity',
      'inventory',
      '/receipts',
      { body: { lines: [{ sku: 'TEAPOT' }] } },
      400,
      /lines\[0\]\.quantity/,
    ],
    ['an address nobody knows', 'orders', '/odrers', { body: {} }, 404, /./],
  ];
  const countAll = async () => {
    const count = async (service: ServiceName, table: string) =>
      (await shop.system.rows(service, `SELECT count(*) FROM ${table}`))[0];
    return Promise.all([
      count('carts', 'carts.cart'),
      count('orders', 'orders.customer_order'),
      count('catalog', `catalog.product WHERE sku <> 'SPOON'`),
      count('inventory', 'inventory.receipt'),
    ]);
  };

  test('a body that is too large: said before it has been sent', async () => {
    const { hostname, port } = new URL(shop.system.url('carts'));
    const headers = { 'content-type': 'application/json', 'content-length': 6 << 20 };
    const sending = request({ hostname, port, path: '/carts', method: 'POST', headers });
    sending.on('error', () => undefined).write('{"items": [');
    const [answer] = (await once(sending, 'response')) as [IncomingMessage];
    const body = JSON.parse(await text(answer)) as unknown;
    sending.destroy();
    const { status, type } = { status: answer.statusCode, type: answer.headers['content-type'] };
    expect([status, type, body]).toEqual([
      413,
      expect.stringContaining('problem+json'),
      expect.objectContaining({ status: 413 }),
    ]);
  });

  test.each(CASES)('%s: %s', async (_what, service, path, input, status, text) => {
    const before = await countAll();
    expectProblem(await post(service, path, input), status, text);
    expect(await countAll()).toEqual(before);
  });
});

describe('a message that breaks its contract', () => {
  const orderId = uuidv7();
  const CASES: readonly [string, string, RegExp][] = [
    ['is not JSON', '{"orderId"', /not JSON/],
    ['lacks a field', JSON.stringify({ orderId }), /lines/],
    [
      'has a quantity of zero',
      JSON.stringify({ orderId, lines: [{ sku: 'TEAPOT', quantity: 0 }] }),
      /lines\.0\.quantity/,
    ],
    [
      'has a quantity beyond counting',
      JSON.stringify({ orderId, lines: [{ sku: 'TEAPOT', quantity: 1e300 }] }),
      /lines\.0\.quantity/,
    ],
  ];

  test.each(CASES)(
    'it %s: goes to the dead letters with the reason, and those beside it go through',
    async (_what, body, error) => {
      const held = await hold(broker, 'inventory.reserve-stock');
      const place = async () => (await shop.place([TEAPOT])).orderId;
      const orders = [await place(), await place()];
      await held.until(2);
      const messageId = await broker.send(ReserveStock({ orderId, lines: [TEAPOT] }), { body });
      orders.push(await place());
      await held.until(4);
      await held.release('at once');
      for (const placed of orders) expect(await shop.ended(placed)).toMatchObject({ status: 'COMPLETED' });
      const dead = await eventually(async () => {
        const found = await broker.take('inventory.reserve-stock.dead');
        if (!found) throw new Error('no dead letter yet');
        return found;
      });
      expect([dead.properties.messageId, dead.content.toString()]).toEqual([messageId, body]);
      expect(dead.properties.headers).toMatchObject({
        'dead-reason': 'contract-violation',
        'dead-error': expect.stringMatching(error),
        'dead-service': 'inventory',
        'dead-queue': 'inventory.reserve-stock',
        'dead-attempts': 1,
        'dead-at': expect.stringMatching(/^\d{4}-.*Z$/),
      });
    },
  );
});

test('above the limit of open orders new ones are asked to come back later, and nothing is placed', async () => {
  await shop.system.restart('orders', { ORDERS_OPEN_LIMIT: '3' });
  const held = await hold(broker, 'carts.validate-cart');
  const cartIds = await Promise.all([1, 2, 3, 4].map(() => shop.cart([TEAPOT])));
  const answers: Answer[] = [];
  for (const cartId of cartIds)
    answers.push(await post('orders', '/orders', { body: order(cartId), idempotencyKey: cartId }));
  expect(answers.map(({ status }) => status)).toEqual([202, 202, 202, 503]);
  expectProblem(answers[3]!, 503, /3 orders/);
  expect(answers[3]!.headers.get('retry-after')).toMatch(/^\d+$/);
  await held.release('at once');
  for (const { body } of answers.slice(0, 3))
    expect(await shop.ended((body as Placed).orderId)).toMatchObject({ status: 'COMPLETED' });
  // The refusal was no answer for good: the same request, under the same key, is taken later.
  expect((await shop.post(cartIds[3]!, { waitSeconds: 20 })).body).toMatchObject({ status: 'COMPLETED' });
  await shop.system.restart('orders');
});

test('afterwards everything adds up', async () => {
  await shop.system.untilAllEnded();
  expect(await shop.system.violations()).toEqual([]);
});

/** RFC 9457: says what is wrong, in a form that programs read too. */
function expectProblem({ status, headers, body }: Answer, expected: number, text: RegExp): void {
  expect([status, headers.get('content-type')]).toEqual([
    expected,
    expect.stringContaining('application/problem+json'),
  ]);
  expect(body).toMatchObject({ type: expect.any(String), title: expect.any(String), status: expected });
  const { title, detail = title } = body as { title: string; detail?: string };
  const { errors = [] } = body as { errors?: { path: string; message: string }[] };
  expect([detail, ...errors.map(({ path, message }) => `${path}: ${message}`)].join('\n')).toMatch(text);
}
