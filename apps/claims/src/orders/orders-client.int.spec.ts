import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { eventually } from '@comptoir/testing';
import { v7 as uuidv7 } from 'uuid';
import { sample } from '../claims-testing';
import { OrdersStub } from '../orders-stub';
import { OrderDesk } from './order-desk';
import { OrdersClient } from './orders-client';

const stub = new OrdersStub();
const { orderId, order } = sample();
const view = { ...order, cartId: uuidv7(), endedAt: order.placedAt, reason: null, links: { self: `/orders/${orderId}` } };
const client = () => new OrdersClient({ url: stub.url, timeoutMs: 300 });
beforeAll(() => stub.up());
beforeEach(() => {
  stub.orders.set(orderId, view);
  stub.answer = stub.well;
});
afterAll(() => stub.down());

it('tells what the order is, and no more than is asked for', async () => {
  expect(await client().ask(orderId)).toEqual({ kind: 'found', order });
});

it('tells that there is none', async () => {
  expect(await client().ask(uuidv7())).toEqual({ kind: 'missing' });
});

it('finds orders below a path', async () => {
  await new OrdersClient({ url: `${stub.url}/shop`, timeoutMs: 300 }).ask(orderId);
  expect(stub.asked.at(-1)).toBe(orderId);
});

it.each<[string, () => typeof stub.answer]>([
  ['an error', () => stub.saying(500, { type: 'about:blank' })],
  ['that it cannot now', () => stub.saying(503, { type: 'urn:comptoir:problem:unavailable' })],
  ['a 404 of something on the way', () => stub.text(404, 'no route')],
  ['a 404 of something else', () => stub.saying(404, { type: 'about:blank' })],
  ['what is no JSON', () => stub.text(200, '<html>')],
  ['nothing', () => stub.text(200, '')],
  ['null', () => stub.saying(200, null)],
  ['an order that is none', () => stub.saying(200, { ...view, lines: [{ sku: 'TEAPOT' }] })],
  ['another order', () => stub.saying(200, { ...view, orderId: uuidv7() })],
  ['a completed order without lines', () => stub.saying(200, { ...view, lines: null })],
  ['a completed order without a total', () => stub.saying(200, { ...view, total: null })],
  ['more than anybody reads', () => stub.text(200, ' '.repeat(5_000_000) + JSON.stringify(view))],
  ['nothing in time', () => stub.hanging],
  ['half of an answer', () => stub.stuck],
])('takes %s for no answer', async (_, answer) => {
  stub.answer = answer();
  await expect(client().ask(orderId)).rejects.toMatchObject({ code: 'orders-unavailable' });
});

it('follows no redirection', async () => {
  const elsewhere = createServer((_, response) => response.end(JSON.stringify(view)));
  await new Promise<void>((resolve) => elsewhere.listen(0, '127.0.0.1', resolve));
  const location = `http://127.0.0.1:${(elsewhere.address() as AddressInfo).port}/`;
  stub.answer = (_, response) => response.writeHead(302, { location }).end();
  await expect(client().ask(orderId)).rejects.toMatchObject({ code: 'orders-unavailable' });
  await new Promise((resolve) => elsewhere.close(resolve));
});

describe('behind the breaker', () => {
  const desks: OrderDesk[] = [];
  const deskOf = (ask: OrdersClient['ask'], resetMs = 60_000) => {
    const seen: string[] = [];
    const onLookup = (outcome: string) => void seen.push(outcome);
    const onState = (state: string) => void seen.push(state);
    const desk = new OrderDesk({ client: { ask }, resetMs, onLookup, onState });
    desks.push(desk);
    return { desk, seen };
  };
  afterEach(() => desks.splice(0).forEach((desk) => desk.close()));

  it('after a few failures nobody is asked any more', async () => {
    stub.answer = stub.saying(500, {});
    const { desk, seen } = deskOf((id) => client().ask(id));
    while (desk.state === 'closed') expect(await desk.lookUp(orderId)).toEqual({ kind: 'away', asked: true });
    const before = stub.asked.length;
    stub.answer = stub.well;
    expect(await desk.lookUp(orderId)).toEqual({ kind: 'away', asked: false });
    expect(stub.asked).toHaveLength(before);
    expect(seen).toEqual(['failed', 'failed', 'failed', 'failed', 'open', 'failed', 'not-asked']);
  });

  it('a question that is answered afterwards closes it, one that is not keeps it open', async () => {
    const { desk, seen } = deskOf((id) => client().ask(id), 50);
    const halfOpen = () => eventually(() => expect(desk.state).toBe('half-open'));
    stub.answer = stub.saying(500, {});
    while (desk.state === 'closed') await desk.lookUp(orderId);
    await halfOpen();
    expect(await desk.lookUp(orderId)).toEqual({ kind: 'away', asked: true });
    expect(desk.state).toBe('open');
    await halfOpen();
    stub.answer = stub.well;
    expect(await desk.lookUp(orderId)).toMatchObject({ kind: 'found' });
    expect(desk.state).toBe('closed');
    expect(seen.filter((each) => !['failed', 'found'].includes(each))).toEqual(['open', 'half-open', 'open', 'half-open', 'closed']);
  });

  it('that there is no such order is an answer, and opens nothing', async () => {
    const { desk } = deskOf((id) => client().ask(id));
    for (let nth = 0; nth < 10; nth += 1) expect(await desk.lookUp(uuidv7())).toEqual({ kind: 'missing' });
    expect(desk.state).toBe('closed');
  });
});
