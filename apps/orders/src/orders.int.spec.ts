import { request as httpRequest } from 'node:http';
import { CancelOrder, CHECKOUT, ConfirmOrder, ORDER_FULFILMENT } from '@comptoir/contracts/orders';
import { PaymentProcessed } from '@comptoir/contracts/payments';
import { serviceUnderTest, type ServiceUnderTest } from '@comptoir/platform/testing';
import { eventually } from '@comptoir/testing';
import { Client } from 'pg';
import { v7 as uuidv7 } from 'uuid';
import { Endings } from './endings';
import { orders, OrdersModule } from './orders.module';

const LIMIT = 6;

let subject: ServiceUnderTest;
let url: string;
beforeAll(async () => {
  subject = await serviceUnderTest(OrdersModule, orders, {
    flow: ORDER_FULFILMENT,
    // Stands for the orchestrator: hears of placed orders.
    hears: { exchange: 'business.events', key: 'orders.order-placed.#' },
    env: { ORDERS_OPEN_LIMIT: String(LIMIT) },
  });
  await subject.app.listen({ host: '127.0.0.1', port: 0 });
  url = await subject.app.getUrl();
});
afterAll(() => subject?.stop());
afterEach(() => sql(`UPDATE orders.customer_order SET status = 'CANCELLED', reason = 'over', ended_at = now() WHERE status = 'PENDING'`));

async function sql(text: string) {
  const client = new Client({ connectionString: subject.database.adminUrl });
  await client.connect();
  await client.query(text);
  await client.end();
}

const total = { amount: 2500, currency: 'GBP' };
const lines = [{ sku: 'TEAPOT', quantity: 2, unitPrice: 1250 }];
const confirm = (orderId: string) => subject.say(ConfirmOrder, { orderId, lines, total }, { correlationId: orderId });
const cancel = (orderId: string, reason: string) => subject.say(CancelOrder, { orderId, reason }, { correlationId: orderId });

const newOrder = (token = 'tok_approve') => ({ cartId: uuidv7(), customerId: 'C-1', payment: { token } });
const post = (body: unknown, headers: Record<string, string> = {}) =>
  fetch(`${url}/orders`, { method: 'POST', body: JSON.stringify(body), headers: { 'content-type': 'application/json', ...headers } });
const get = async (path: string) => {
  const response = await fetch(`${url}${path}`);
  return { status: response.status, body: (await response.json()) as Record<string, unknown> };
};
/** The orchestrator's part: waits for the order of a cart. */
const orderOf = ({ cartId }: { cartId: string }) =>
  eventually(() => {
    const order = subject.heard.find(({ body }) => body['cartId'] === cartId);
    if (!order) throw new Error('not placed yet');
    return order;
  });

describe('POST /orders', () => {
  it('accepts an order and tells everybody, in its own conversation and flow', async () => {
    const order = newOrder();
    const response = await post(order);
    expect(response.status).toBe(202);
    const body = (await response.json()) as { orderId: string };
    expect(body).toEqual({ orderId: body.orderId, status: 'PENDING', reason: null, total: null, links: { self: `/orders/${body.orderId}` } });
    expect(response.headers.get('location')).toBe(`/orders/${body.orderId}`);
    expect(response.headers.get('preference-applied')).toBeNull();
    const { correlationId, routingKey, body: told } = await orderOf(order);
    expect({ correlationId, routingKey, body: told }).toEqual({
      correlationId: body.orderId,
      routingKey: 'orders.order-placed.order-fulfilment',
      body: { orderId: body.orderId, cartId: order.cartId, customerId: 'C-1', paymentToken: 'tok_approve' },
    });
    expect((await get(`/orders/${body.orderId}`)).body).toMatchObject({ status: 'PENDING', cartId: order.cartId, total: null });
  });

  it('places one without a coordinator in the checkout flow, and shows who leads it and where it was sold', async () => {
    const order = { ...newOrder(), coordination: 'choreography', store: ' web ', country: 'France' };
    const waiting = post(order, { prefer: 'wait=30' });
    const { correlationId, routingKey, body } = await orderOf(order);
    expect(routingKey).toBe('orders.order-placed.checkout');
    const orderId = String(correlationId);
    expect(body).toEqual({ orderId, cartId: order.cartId, customerId: 'C-1', paymentToken: 'tok_approve', store: 'web', country: 'France' });
    const { body: view } = await get(`/orders/${orderId}`);
    expect(view).toMatchObject({ status: 'PENDING', coordination: 'choreography', store: 'web', country: 'France' });
    expect(view).not.toHaveProperty('deadline');
    await subject.say(PaymentProcessed, { orderId, paymentId: uuidv7(), amount: total, lines }, { correlationId: orderId, flow: CHECKOUT });
    const response = await waiting;
    expect(response.status).toBe(200);
    expect(await response.json()).toMatchObject({ orderId, status: 'COMPLETED', total });
  });

  it('refuses a style it does not know', async () => {
    expect((await post({ ...newOrder(), coordination: 'anarchy' })).status).toBe(400);
  });

  it('waits for the end when that is preferred', async () => {
    const [good, bad] = [newOrder(), newOrder()];
    const responses = Promise.all([post(good, { prefer: 'wait=30' }), post(bad, { prefer: 'respond-async, wait=30' })]);
    const [confirmed, cancelled] = await Promise.all([orderOf(good), orderOf(bad)]);
    await confirm(String(confirmed.correlationId));
    await cancel(String(cancelled.correlationId), 'out-of-stock');
    const [one, two] = await responses;
    expect([one.status, two.status]).toEqual([200, 200]);
    expect(one.headers.get('preference-applied')).toBe('wait=30');
    expect(await one.json()).toMatchObject({ orderId: confirmed.correlationId, status: 'COMPLETED', reason: null, total });
    expect(await two.json()).toMatchObject({ orderId: cancelled.correlationId, status: 'CANCELLED', reason: 'out-of-stock', total: null });
    expect((await get(`/orders/${String(confirmed.correlationId)}`)).body).toMatchObject({ status: 'COMPLETED', lines, total });
  });

  it('answers that the order is still open when the time is up', async () => {
    const response = await post(newOrder(), { prefer: 'wait=1' });
    expect(response.status).toBe(202);
    expect(await response.json()).toMatchObject({ status: 'PENDING' });
  });

  it('gives the same order for the same idempotency key, also to one that waits', async () => {
    const [order, key] = [newOrder(), { 'idempotency-key': uuidv7() }];
    const first = (await (await post(order, key)).json()) as { orderId: string };
    const waiting = post(order, { ...key, prefer: 'wait=30' });
    await confirm(first.orderId);
    const again = await waiting;
    expect(again.status).toBe(200);
    expect(await again.json()).toMatchObject({ orderId: first.orderId, status: 'COMPLETED' });
    const refused = await post({ ...order, customerId: 'C-2' }, key);
    expect(refused.status).toBe(422);
    expect(refused.headers.get('content-type')).toContain('application/problem+json');
    expect(subject.heard.filter(({ body }) => body['cartId'] === order.cartId)).toHaveLength(1);
  });

  it('forgets about a client that has gone', async () => {
    const order = newOrder();
    const body = JSON.stringify(order);
    const client = httpRequest(`${url}/orders`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body), prefer: 'wait=60' },
    });
    client.on('error', () => undefined);
    client.end(body);
    await orderOf(order);
    const endings = subject.app.get(Endings);
    await eventually(() => expect(endings.waiting).toBe(1));
    client.destroy();
    await eventually(() => expect(endings.waiting).toBe(0));
  });

  it('refuses above the limit of open orders, and takes them again when some have ended', async () => {
    const responses = await Promise.all(Array.from({ length: LIMIT + 2 }, () => post(newOrder())));
    const refused = responses.filter(({ status }) => status === 503);
    // The count errs on the side of refusing: an order placed while counting may count twice for a moment.
    expect(refused.length).toBeGreaterThanOrEqual(2);
    expect(refused[0]?.headers.get('retry-after')).toBe('1');
    expect(await refused[0]?.json()).toMatchObject({ type: 'urn:comptoir:problem:too-many-open-orders' });
    const accepted = (await responses.find(({ status }) => status === 202)!.json()) as { orderId: string };
    await cancel(accepted.orderId, 'enough');
    await eventually(async () => expect((await post(newOrder())).status).toBe(202));
  });

  it.each<[string, unknown]>([
    ['an unknown shape', { cart: 1 }],
    ['a cart id that is none', { ...newOrder(), cartId: 'cart-1' }],
    ['control characters', { ...newOrder(), customerId: 'a\0b' }],
    ['an empty token', newOrder(' ')],
    ['no object', [1]],
  ])('refuses %s', async (_, body) => {
    const response = await post(body);
    expect(response.status).toBe(400);
    expect(await response.json()).toMatchObject({ type: 'urn:comptoir:problem:validation-failed' });
  });
});

describe('GET /orders', () => {
  it('lists page by page, the latest first, by customer and status', async () => {
    const customerId = `C-${uuidv7()}`;
    const place = () =>
      eventually(async () => {
        const response = await post({ ...newOrder(), customerId });
        // The orders of the test before may count for a moment.
        expect(response.status).toBe(202);
        return ((await response.json()) as { orderId: string }).orderId;
      });
    const [oldest, middle, latest] = [await place(), await place(), await place()];
    await cancel(middle, 'no');
    await eventually(async () => expect((await get(`/orders/${middle}`)).body).toMatchObject({ status: 'CANCELLED' }));
    const idsOf = ({ body }: { body: Record<string, unknown> }) => (body['items'] as { orderId: string }[]).map(({ orderId }) => orderId);
    const first = await get(`/orders?customerId=${customerId}&limit=2`);
    expect(idsOf(first)).toEqual([latest, middle]);
    const second = await get(`/orders?customerId=${customerId}&limit=2&after=${String(first.body['next'])}`);
    expect(idsOf(second)).toEqual([oldest]);
    expect(second.body['next']).toBeNull();
    expect(idsOf(await get(`/orders?customerId=${customerId}&status=PENDING`))).toEqual([latest, oldest]);
  });

  it('answers what makes no sense with a problem', async () => {
    expect((await get(`/orders/${uuidv7()}`)).status).toBe(404);
    expect((await get('/orders/1')).status).toBe(400);
    expect((await get('/orders?status=LOST')).status).toBe(400);
    expect((await get(`/orders?after=${Buffer.from('x').toString('base64url')}`)).status).toBe(400);
  });
});

it('describes itself', async () => {
  const { body } = await get('/docs-json');
  expect(body['paths']).toMatchObject({ '/orders': { post: { responses: { 200: {}, 202: {}, 503: {} } } }, '/orders/{orderId}': {} });
});
