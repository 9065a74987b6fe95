import { ReserveStock } from '@comptoir/contracts/inventory';
import { ORDER_FULFILMENT, OrderConfirmed } from '@comptoir/contracts/orders';
import { deadQueueOf } from '@comptoir/messaging';
import { serviceUnderTest, type ServiceUnderTest } from '@comptoir/platform/testing';
import { eventually } from '@comptoir/testing';
import { v7 as uuidv7 } from 'uuid';
import { inventory, InventoryModule } from './inventory.module';

let subject: ServiceUnderTest;
beforeAll(async () => {
  subject = await serviceUnderTest(InventoryModule, inventory, { flow: ORDER_FULFILMENT });
});
afterAll(() => subject?.stop());

const heardOf = (type: string, orderId: string) =>
  eventually(() => {
    const found = subject.heard.find((each) => each.type === type && each.body['orderId'] === orderId);
    if (!found) throw new Error(`No ${type} of ${orderId}`);
    return found.body;
  });
const send: ServiceUnderTest['send'] = (...request) => subject.send(...request);
const open = (...lines: { sku: string; quantity: number }[]) => send('PUT', '/stock', { lines });
const stock = async (sku: string) => (await send('GET', `/stock/${encodeURIComponent(sku)}`)).json<Record<string, unknown>>();

it('sets opening stock, and refuses to change it once units have moved', async () => {
  expect((await open({ sku: 'MUG', quantity: 3 }, { sku: 'Théière « bleue »/1', quantity: 0 })).statusCode).toBe(204);
  expect((await open({ sku: 'MUG', quantity: 5 })).statusCode).toBe(204);
  expect(await stock('Théière « bleue »/1')).toMatchObject({ opening: 0, available: 0 });
  await send('POST', '/receipts', { lines: [{ sku: 'MUG', quantity: 1 }] });
  const refused = await open({ sku: 'MUG', quantity: 6 });
  expect(refused.statusCode).toBe(409);
  expect(refused.json()).toMatchObject({ type: 'urn:comptoir:problem:stock-has-moved', skus: ['MUG'] });
  expect(await stock('MUG')).toEqual({ sku: 'MUG', opening: 5, received: 1, available: 6, reserved: 0, sold: 0, returned: 0 });
});

it('takes in goods once per idempotency key, and tells of them', async () => {
  const [lines, key] = [[{ sku: 'SAUCER', quantity: 4 }, { sku: 'SAUCER', quantity: 1 }], { 'idempotency-key': uuidv7() }];
  const [first, again] = [await send('POST', '/receipts', { lines }, key), await send('POST', '/receipts', { lines }, key)];
  expect(first.statusCode).toBe(201);
  expect(first.json()).toMatchObject({ lines: [{ sku: 'SAUCER', quantity: 5 }] });
  expect(again.json()).toEqual(first.json());
  expect((await send('GET', String(first.headers['location']))).json()).toMatchObject(first.json());
  expect(await stock('SAUCER')).toMatchObject({ received: 5, available: 5 });
  await eventually(() =>
    expect(subject.heard.filter(({ type }) => type === 'inventory.stock-received').map(({ body }) => body)).toContainEqual(first.json()),
  );
  expect((await send('POST', '/receipts', { lines: [{ sku: 'SAUCER', quantity: 9 }] }, key)).statusCode).toBe(422);
});

it('reserves and sells by message, and shows the reservation', async () => {
  await open({ sku: 'BOWL', quantity: 3 });
  const orderId = uuidv7();
  await subject.say(ReserveStock, { orderId, lines: [{ sku: 'BOWL', quantity: 2 }] });
  expect(await heardOf('inventory.stock-reserved', orderId)).toEqual({ orderId, lines: [{ sku: 'BOWL', quantity: 2 }] });
  expect((await send('GET', `/reservations/${orderId}`)).json()).toMatchObject({ orderId, state: 'reserved', lines: [{ sku: 'BOWL', quantity: 2 }] });
  const total = { amount: 500, currency: 'GBP' };
  await subject.say(OrderConfirmed, { orderId, customerId: 'C-1', lines: [{ sku: 'BOWL', quantity: 2, unitPrice: 250 }], total });
  await heardOf('inventory.stock-sold', orderId);
  expect(await stock('BOWL')).toMatchObject({ available: 1, reserved: 0, sold: 2 });
});

it('keeps a message that breaks its contract as a dead letter, and serves its neighbours', async () => {
  await open({ sku: 'JUG', quantity: 1 });
  const good = uuidv7();
  await Promise.all([
    subject.say(ReserveStock, { orderId: uuidv7(), lines: [{ sku: 'JUG', quantity: -1 }] }),
    subject.say(ReserveStock, { orderId: good, lines: [{ sku: 'JUG', quantity: 1 }] }),
    subject.say(ReserveStock, { orderId: uuidv7(), lines: [{ sku: 'JUG', quantity: 1e300 }] }),
  ]);
  await heardOf('inventory.stock-reserved', good);
  await eventually(async () => expect(await subject.depth(deadQueueOf('inventory.reserve-stock'))).toBe(2));
});

it('lists stock page by page', async () => {
  await open(...['P-1', 'P-2', 'P-3'].map((sku) => ({ sku, quantity: 1 })));
  const after = Buffer.from('P-').toString('base64url');
  const first = (await send('GET', `/stock?limit=2&after=${after}`)).json<{ items: { sku: string }[]; next: string }>();
  expect(first.items.map(({ sku }) => sku)).toEqual(['P-1', 'P-2']);
  const second = (await send('GET', `/stock?limit=1&after=${first.next}`)).json<{ items: { sku: string }[] }>();
  expect(second.items.map(({ sku }) => sku)).toEqual(['P-3']);
});

it.each<['PUT' | 'POST', string, object]>([
  ['PUT', '/stock', { lines: [] }],
  ['PUT', '/stock', { lines: [{ sku: 'A', quantity: -1 }] }],
  ['PUT', '/stock', { lines: [{ sku: 'A', quantity: 1.5 }] }],
  ['PUT', '/stock', { lines: [{ sku: 'A', quantity: 1e12 }] }],
  ['PUT', '/stock', { lines: [{ sku: 'a\0', quantity: 1 }] }],
  ['PUT', '/stock', { lines: [{ sku: 'A', quantity: 1 }, { sku: 'A ', quantity: 2 }] }],
  ['POST', '/receipts', { lines: [{ sku: 'A', quantity: 0 }] }],
  ['POST', '/receipts', { lines: [{ sku: '', quantity: 1 }] }],
])('%s %s refuses %j', async (method, url, payload) => {
  const response = await send(method, url, payload);
  expect(response.statusCode).toBe(400);
  expect(response.json()).toMatchObject({ type: 'urn:comptoir:problem:validation-failed' });
});

it('answers what is not there with 404', async () => {
  for (const url of ['/stock/NOWHERE', `/reservations/${uuidv7()}`, `/receipts/${uuidv7()}`])
    expect((await send('GET', url)).statusCode).toBe(404);
});

it('describes itself', async () => {
  expect(Object.keys((await send('GET', '/docs-json')).json<{ paths: object }>().paths)).toEqual(
    expect.arrayContaining(['/stock', '/stock/{sku}', '/receipts', '/reservations/{orderId}']),
  );
});
