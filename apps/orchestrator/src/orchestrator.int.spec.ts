import { CartRejected, CartValidated, ValidateCart } from '@comptoir/contracts/carts';
import { StockReserved } from '@comptoir/contracts/inventory';
import {
  CancelOrder,
  ConfirmOrder,
  ORDER_FULFILMENT,
  OrderCancelled,
  OrderConfirmed,
  OrderPlaced,
} from '@comptoir/contracts/orders';
import { PaymentProcessed, ProcessPayment } from '@comptoir/contracts/payments';
import { toMermaid } from '@comptoir/saga';
import { eventually } from '@comptoir/testing';
import { v7 as uuidv7 } from 'uuid';
import { orderFulfilment } from './order-fulfilment';
import {
  ask,
  atPivot,
  becomes,
  command,
  lines,
  overdue,
  park,
  place,
  reserved,
  say,
  send,
  sql,
  startOrchestrator,
  stopOrchestrator,
  total,
  view,
} from './orchestrator-under-test';

beforeAll(startOrchestrator);
afterAll(stopOrchestrator);

test('an order runs through its saga and its timeline tells how', async () => {
  const { orderId } = await atPivot();
  const confirm = await command(orderId, ConfirmOrder);
  expect(confirm).toMatchObject({ body: { orderId, lines, total }, headers: { flow: ORDER_FULFILMENT } });
  await say(OrderConfirmed, { orderId, customerId: 'c1', lines, total }, orderId, confirm.id);
  const saga = await becomes(orderId, { status: 'completed', state: 'COMPLETED', step: null, remaining: [] });
  expect(saga['timeline']).toMatchObject([
    {
      input: OrderPlaced.name,
      state: 'PENDING',
      status: 'running',
      step: 'validate-cart',
      events: [{ type: 'started' }, { type: 'sent' }],
    },
    { input: CartValidated.name, state: 'CART_VALIDATED', step: 'reserve-stock' },
    { input: StockReserved.name, state: 'STOCK_RESERVED', step: 'process-payment' },
    { input: PaymentProcessed.name, state: 'PAYMENT_PROCESSED', step: 'confirm-order', sent: [confirm.id] },
    {
      input: OrderConfirmed.name,
      state: 'COMPLETED',
      step: null,
      events: [{ type: 'answered', label: 'ORDER_CONFIRMED' }, { type: 'ended' }],
    },
  ]);
});

test('a refusal ends it cancelled, with the reason', async () => {
  const { orderId, cartId } = await place();
  const validate = await command(orderId, ValidateCart);
  await say(CartRejected, { orderId, cartId, reason: 'cart-empty', detail: 'nothing in it' }, orderId, validate.id);
  const cancel = await command(orderId, CancelOrder);
  expect(cancel.body).toEqual({ orderId, reason: 'cart-empty: nothing in it' });
  await say(OrderCancelled, { orderId, cartId, reason: 'x' }, orderId, cancel.id);
  await becomes(orderId, {
    status: 'compensated',
    state: 'CANCELLED',
    failure: { kind: 'refused', step: 'validate-cart', reason: 'cart-empty: nothing in it' },
  });
});

test('an overdue step is undone by the timer', async () => {
  const { orderId } = await place();
  await command(orderId, ValidateCart);
  await becomes(orderId, { status: 'running' });
  await overdue(orderId);
  expect((await command(orderId, CancelOrder)).body['reason']).toMatch(/no answer to carts.validate-cart/);
  await becomes(orderId, {
    status: 'compensating',
    step: 'abort',
    remaining: [{ role: 'abort', command: CancelOrder.name }],
  });
});

test('an overdue pivot is sent again under a new id', async () => {
  const { orderId } = await atPivot();
  await overdue(orderId);
  const again = await command(orderId, ConfirmOrder, 2);
  const first = await command(orderId, ConfirmOrder, 1);
  expect(again.id).not.toBe(first.id);
  await say(OrderConfirmed, { orderId, customerId: 'c1', lines, total }, orderId, first.id);
  await becomes(orderId, { status: 'completed' });
});

test('cancel undoes a running saga, once for one key', async () => {
  const { orderId } = await reserved();
  await command(orderId, ProcessPayment);
  const key = { 'idempotency-key': uuidv7() };
  const first = await send('POST', `/sagas/${orderId}/cancel`, ask, key);
  expect(first.statusCode).toBe(200);
  expect(first.json()).toMatchObject({ status: 'compensating', step: 'process-payment' });
  expect((await send('POST', `/sagas/${orderId}/cancel`, ask, key)).json()).toEqual(first.json());
  expect((await send('POST', `/sagas/${orderId}/cancel`, { ...ask, reason: 'another' }, key)).statusCode).toBe(422);
  const refused = await send('POST', `/sagas/${orderId}/cancel`, ask);
  expect(refused.statusCode).toBe(409);
  expect(refused.json()).toMatchObject({
    type: 'urn:comptoir:problem:saga-action-refused',
    refusal: 'already-compensating',
  });
  expect((await view(orderId))['actions']).toMatchObject([
    { action: 'cancel', ...ask, outcome: 'accepted' },
    { action: 'cancel', ...ask, outcome: 'already-compensating' },
  ]);
});

test('a parked saga is retried, and resolved by the answer a person knows', async () => {
  const { orderId } = await atPivot();
  await park(orderId);
  expect(await view(orderId)).toMatchObject({
    status: 'parked',
    parked: { code: 'no-answer' },
    remaining: [{ step: 'confirm-order' }],
  });
  expect((await send('POST', `/sagas/${orderId}/skip`, ask)).json()).toMatchObject({ refusal: 'pivot-not-skippable' });
  expect((await send('POST', `/sagas/${orderId}/compensate`, ask)).json()).toMatchObject({ refusal: 'past-no-return' });
  expect((await send('POST', `/sagas/${orderId}/retry`, ask)).json()).toMatchObject({ status: 'running' });
  await command(orderId, ConfirmOrder, 2);
  await park(orderId);
  const answer = { type: OrderConfirmed.name, body: { orderId, customerId: 'c1', lines, total } };
  expect((await send('POST', `/sagas/${orderId}/resolve`, { ...ask, answer })).json()).toMatchObject({
    status: 'completed',
    state: 'COMPLETED',
  });
});

test('bad asks are told what is wrong', async () => {
  const { orderId } = await place();
  await command(orderId, ValidateCart);
  expect((await send('POST', `/sagas/${orderId}/retry`, { actor: ' ', reason: 'x' })).statusCode).toBe(400);
  expect((await send('POST', `/sagas/${orderId}/retry`, {})).statusCode).toBe(400);
  expect((await send('POST', `/sagas/${uuidv7()}/retry`, ask)).statusCode).toBe(404);
  expect((await send('GET', `/sagas/${uuidv7()}`)).statusCode).toBe(404);
  expect((await send('GET', `/sagas?olderThan=long`)).statusCode).toBe(400);
  expect((await send('GET', `/sagas?after=nonsense`)).statusCode).toBe(400);
});

test('sagas are listed by type, status, state, step and age, page by page', async () => {
  const ids = [];
  for (let count = 0; count < 3; count += 1) ids.push((await reserved()).orderId);
  for (const orderId of ids) await becomes(orderId, { state: 'STOCK_RESERVED' });
  const list = async (query: string) =>
    (await send('GET', `/sagas?${query}`)).json<{ items: { id: string }[]; next: string | null }>();
  const filter = `type=${ORDER_FULFILMENT}&status=running&state=STOCK_RESERVED&step=process-payment`;
  const first = await list(`${filter}&limit=2`);
  expect(first.items.map(({ id }) => id)).toEqual([ids[2], ids[1]]);
  const second = await list(`${filter}&limit=2&after=${first.next}`);
  expect(second).toMatchObject({ items: [{ id: ids[0] }], next: null });
  expect(await list(`${filter}&olderThan=1h`)).toEqual({ items: [], next: null });
  expect((await list('status=completed')).items.length).toBeGreaterThan(0);
  expect(await list('type=other')).toEqual({ items: [], next: null });
});

test('the definition is drawn', async () => {
  const diagram = await send('GET', `/sagas/definitions/${ORDER_FULFILMENT}/diagram`);
  expect(diagram.headers['content-type']).toMatch(/mermaid/);
  expect(diagram.body).toBe(toMermaid(orderFulfilment));
  expect((await send('GET', '/sagas/definitions/none/diagram')).statusCode).toBe(404);
  expect((await send('GET', '/sagas/definitions')).json()).toMatchObject({
    items: [{ type: ORDER_FULFILMENT, version: 1 }],
  });
});

test('it is not ready while live sagas need a definition that is not registered', async () => {
  expect((await send('GET', '/health/ready')).statusCode).toBe(200);
  const { orderId } = await place();
  await command(orderId, ValidateCart);
  await eventually(async () => {
    expect(await sql('UPDATE saga.live SET definition_version = 99 WHERE conversation = $1', [orderId])).toBe(1);
  });
  const ready = await send('GET', '/health/ready');
  expect(ready.statusCode).toBe(503);
  expect(ready.body).toMatch(/order-fulfilment version 99 \(1 live\)/);
  const refused = await send('POST', `/sagas/${orderId}/cancel`, ask);
  expect(refused.statusCode).toBe(503);
  expect(refused.json()).toMatchObject({ type: 'urn:comptoir:problem:unregistered-saga-definition' });
  await sql('UPDATE saga.live SET definition_version = 1 WHERE conversation = $1', [orderId]);
  expect((await send('GET', '/health/ready')).statusCode).toBe(200);
});

test('its metrics count sagas', async () => {
  const { body } = await send('GET', '/metrics');
  expect(body).toMatch(/saga_started_total\{saga="order-fulfilment"[^}]*\} \d+/);
  expect(body).toMatch(/saga_seconds_count\{[^}]*status="completed"[^}]*\} \d+/);
});
