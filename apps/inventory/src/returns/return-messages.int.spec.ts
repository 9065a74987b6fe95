import { REFUND } from '@comptoir/contracts/claims';
import { ReserveStock } from '@comptoir/contracts/inventory';
import { OrderConfirmed, ORDER_FULFILMENT } from '@comptoir/contracts/orders';
import { RefundCalculated, RefundFailed } from '@comptoir/contracts/payments';
import { serviceUnderTest, type ServiceUnderTest } from '@comptoir/platform/testing';
import { eventually } from '@comptoir/testing';
import { v7 as uuidv7 } from 'uuid';
import { inventory, InventoryModule } from '../inventory.module';

let subject: ServiceUnderTest;
beforeAll(async () => {
  subject = await serviceUnderTest(InventoryModule, inventory, { flow: REFUND });
});
afterAll(() => subject?.stop());

type Ids = { refundId: string; claimId: string; orderId: string };
const heardOf = (type: string, id: string) =>
  eventually(() => {
    const found = subject.heard.find((each) => each.type === type && [each.body['orderId'], each.body['refundId']].includes(id));
    if (!found) throw new Error(`No ${type} of ${id}`);
    return found;
  });
const get = async (url: string) => (await subject.send('GET', url)).json<Record<string, unknown>>();
const confirm = (orderId: string) =>
  subject.say(OrderConfirmed, { orderId, customerId: 'C-1', lines: [{ sku: 'BOWL', quantity: 2, unitPrice: 250 }], total: { amount: 500, currency: 'GBP' } }, { flow: ORDER_FULFILMENT });
async function reservedOrder(sku: string): Promise<string> {
  await subject.send('PUT', '/stock', { lines: [{ sku, quantity: 3 }] });
  const orderId = uuidv7();
  await subject.say(ReserveStock, { orderId, lines: [{ sku, quantity: 2 }] });
  await heardOf('inventory.stock-reserved', orderId);
  return orderId;
}
async function refund(orderId: string, sku: string): Promise<Ids> {
  const ids = { refundId: uuidv7(), claimId: uuidv7(), orderId };
  const lines = [{ sku, quantity: 2, amount: 500, restock: true }];
  await subject.say(RefundCalculated, { ...ids, lines, amount: { amount: 500, currency: 'GBP' } }, { correlationId: ids.refundId });
  return ids;
}

it('takes goods back and out again by message, and shows it', async () => {
  const orderId = await reservedOrder('BOWL');
  await confirm(orderId);
  await heardOf('inventory.stock-sold', orderId);
  const ids = await refund(orderId, 'BOWL');
  const returned = await heardOf('inventory.stock-returned', ids.refundId);
  expect(returned).toMatchObject({ routingKey: 'inventory.stock-returned.refund', body: { lines: [{ sku: 'BOWL', quantity: 2 }] } });
  expect(returned.headers).toMatchObject({ stream: `return-${ids.refundId}`, 'stream-version': 1 });
  expect(await get('/stock/BOWL')).toMatchObject({ available: 3, sold: 0, returned: 2 });
  expect(await get(`/returns/${ids.refundId}`)).toMatchObject({ ...ids, state: 'returned', reversed: null });
  await subject.say(RefundFailed, { ...ids, reason: 'account-closed' });
  expect((await heardOf('inventory.return-reversed', ids.refundId)).body).toMatchObject({ lines: [{ sku: 'BOWL', quantity: 2 }] });
  expect(await get('/stock/BOWL')).toMatchObject({ available: 1, sold: 2, returned: 0 });
  expect(await get(`/returns/${ids.refundId}`)).toMatchObject({ state: 'reversed', reversed: [{ sku: 'BOWL', quantity: 2 }], reason: 'account-closed' });
});

it('a refund that is quicker than its order’s sale waits for it', async () => {
  const orderId = await reservedOrder('VASE');
  const ids = await refund(orderId, 'VASE');
  await eventually(async () => expect(await subject.depth('retry.1s')).toBe(1));
  await confirm(orderId);
  await heardOf('inventory.stock-returned', ids.refundId);
  expect(await get('/stock/VASE')).toMatchObject({ available: 3, sold: 0, returned: 2 });
});

it('refuses goods of an order nobody knows', async () => {
  const ids = await refund(uuidv7(), 'BOWL');
  expect((await heardOf('inventory.return-refused', ids.refundId)).body).toMatchObject({ reason: 'not-sold' });
});

it.each([['/returns/1', 400], [`/returns/${uuidv7()}`, 404]])('GET %s is answered with %s', async (url, status) => {
  expect((await subject.send('GET', url)).statusCode).toBe(status);
});

it('describes itself', async () => {
  expect(Object.keys((await get('/docs-json'))['paths'] as object)).toContain('/returns/{refundId}');
});
