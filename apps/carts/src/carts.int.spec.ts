import { ValidateCart } from '@comptoir/contracts/carts';
import { CATALOGUE, ProductPriced } from '@comptoir/contracts/catalog';
import { ORDER_FULFILMENT, OrderCancelled } from '@comptoir/contracts/orders';
import { serviceUnderTest, type ServiceUnderTest } from '@comptoir/platform/testing';
import { eventually } from '@comptoir/testing';
import { v7 as uuidv7 } from 'uuid';
import { carts, CartsModule } from './carts.module';

let subject: ServiceUnderTest;
beforeAll(async () => {
  subject = await serviceUnderTest(CartsModule, carts, { flow: ORDER_FULFILMENT });
  const teapot = { sku: 'TEAPOT', name: 'Teapot', currency: 'GBP', prices: [2495], revision: 1, discontinued: false };
  await subject.say(ProductPriced, teapot, { flow: CATALOGUE });
});
afterAll(() => subject?.stop());

const answerTo = (orderId: string) =>
  eventually(() => {
    const [answer, ...more] = subject.heard.filter(({ body }) => body['orderId'] === orderId);
    if (!answer) throw new Error(`No answer to order ${orderId}`);
    expect(more).toEqual([]);
    return answer;
  });

const send: ServiceUnderTest['send'] = (...request) => subject.send(...request);
const create = async (items: object[] = [{ sku: 'TEAPOT', quantity: 2 }]) =>
  (await send('POST', '/carts', { items })).json<{ cartId: string }>().cartId;

describe('REST', () => {
  it('starts a cart with its items in one request', async () => {
    const items = [
      { sku: 'TEAPOT', quantity: 2 },
      { sku: 'TEAPOT', quantity: 1, unitPrice: 2195 },
      { sku: 'Théière « bleue »/1', quantity: 1_000_000 },
    ];
    const response = await send('POST', '/carts', { items });
    expect(response.statusCode).toBe(201);
    const cart = await send('GET', String(response.headers['location']));
    expect(cart.json()).toMatchObject({ cartId: response.json().cartId, state: 'open', orderId: null, items });
  });

  it('replaces the items of a cart and throws it away', async () => {
    const cartId = await create([]);
    expect((await send('PUT', `/carts/${cartId}/items`, { items: [{ sku: 'MUG', quantity: 1 }] })).statusCode).toBe(204);
    expect((await send('GET', `/carts/${cartId.toUpperCase()}`)).json()).toMatchObject({ items: [{ sku: 'MUG', quantity: 1 }] });
    expect((await send('DELETE', `/carts/${cartId.toUpperCase()}`)).statusCode).toBe(204);
    expect((await send('GET', `/carts/${cartId}`)).statusCode).toBe(404);
    expect((await send('DELETE', `/carts/${cartId}`)).statusCode).toBe(404);
    expect((await send('PUT', `/carts/${cartId}/items`, { items: [] })).statusCode).toBe(404);
  });

  it('gives the same cart for the same idempotency key, and refuses it for another request', async () => {
    const key = { 'idempotency-key': uuidv7() };
    const [first, again] = [await send('POST', '/carts', {}, key), await send('POST', '/carts', {}, key)];
    expect(again.json()).toEqual(first.json());
    expect(again.headers['location']).toBe(first.headers['location']);
    const other = await send('POST', '/carts', { items: [{ sku: 'MUG', quantity: 1 }] }, key);
    expect(other.statusCode).toBe(422);
    expect(other.json()).toMatchObject({ type: 'urn:comptoir:problem:idempotency-key-reused' });
  });

  it.each([
    ['zero', { quantity: 0 }],
    ['a negative quantity', { quantity: -1 }],
    ['a huge quantity', { quantity: 1_000_001 }],
    ['half a unit', { quantity: 0.5 }],
    ['a quantity in words', { quantity: 'two' }],
    ['a free unit price', { unitPrice: 0 }],
    ['no SKU', { sku: ' ' }],
    ['a SKU that no database takes', { sku: 'a\0b' }],
    ['half a character', { sku: '\ud800' }],
    ['a field it does not know', { price: 1 }],
  ])('refuses %s, saying where', async (_, wrong) => {
    const response = await send('POST', '/carts', { items: [{ sku: 'TEAPOT', quantity: 1 }, { sku: 'MUG', quantity: 1, ...wrong }] });
    expect(response.statusCode).toBe(400);
    expect(response.json().errors).toEqual([{ path: expect.stringMatching(/^items\[1\]/), message: expect.any(String) }]);
  });

  it('refuses more lines than any cart has', async () => {
    const items = Array.from({ length: 2_001 }, () => ({ sku: 'MUG', quantity: 1 }));
    expect((await send('POST', '/carts', { items })).statusCode).toBe(400);
    expect((await send('POST', '/carts', { items: items.slice(1) })).statusCode).toBe(201);
  });

  it('describes itself', async () => {
    const { paths, components } = (await send('GET', '/docs-json')).json();
    expect(Object.keys(paths)).toEqual(expect.arrayContaining(['/carts', '/carts/{cartId}', '/carts/{cartId}/items']));
    expect(components.schemas.CartInput.properties.items.items.properties.quantity.maximum).toBe(1_000_000);
  });

  it('is ready', async () => {
    expect((await send('GET', '/health/ready')).json()).toMatchObject({
      status: 'ready',
      checks: { broker: 'ok', database: 'ok', consumers: 'ok' },
    });
  });
});

describe('messages', () => {
  it('validate a cart and bind it to its order, until the order is cancelled', async () => {
    const [cartId, orderId] = [await create(), uuidv7()];
    await subject.say(ValidateCart, { orderId, cartId }, { correlationId: orderId });
    expect(await answerTo(orderId)).toMatchObject({
      type: 'carts.cart-validated',
      correlationId: orderId,
      body: { cartId, lines: [{ sku: 'TEAPOT', quantity: 2, unitPrice: 2495 }], total: { amount: 4990, currency: 'GBP' } },
    });
    const change = await send('PUT', `/carts/${cartId}/items`, { items: [] });
    expect(change.statusCode).toBe(409);
    expect(change.json()).toMatchObject({ type: 'urn:comptoir:problem:cart-ordered', orderId });
    expect((await send('GET', `/carts/${cartId}`)).json()).toMatchObject({ state: 'ordered', orderId });

    await subject.say(OrderCancelled, { orderId, cartId, reason: 'declined' });
    await eventually(async () => expect((await send('GET', `/carts/${cartId}`)).json()).toMatchObject({ state: 'open' }));
  });

  it('that break their contract are kept as dead letters; their neighbours are handled', async () => {
    const [cartId, orderId] = [await create([{ sku: 'UNKNOWN', quantity: 1 }]), uuidv7()];
    await subject.say(ValidateCart, { orderId: 'not an order' });
    await subject.say(ValidateCart, { orderId, cartId });
    expect(await answerTo(orderId)).toMatchObject({
      type: 'carts.cart-rejected',
      body: { reason: 'unknown-sku', detail: 'Not in the catalogue: UNKNOWN' },
    });
    await eventually(async () => expect(await subject.depth('carts.validate-cart.dead')).toBe(1));
  });
});
