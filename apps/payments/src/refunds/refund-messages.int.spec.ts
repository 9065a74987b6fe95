import { REFUND, RefundRequested } from '@comptoir/contracts/claims';
import { ReturnRefused, ReturnReversed, StockReturned } from '@comptoir/contracts/inventory';
import { CloseRefund, ProcessPayment } from '@comptoir/contracts/payments';
import { serviceUnderTest, type ServiceUnderTest } from '@comptoir/platform/testing';
import { eventually } from '@comptoir/testing';
import { v7 as uuidv7 } from 'uuid';
import { payments, PaymentsModule } from '../payments.module';

let subject: ServiceUnderTest;
beforeAll(async () => {
  subject = await serviceUnderTest(PaymentsModule, payments, { flow: REFUND, env: { GATEWAY_TIMEOUT_MS: '300' } });
});
afterAll(() => subject?.stop());

type Ids = { refundId: string; claimId: string; orderId: string };
const heardOf = (type: string, id: string, times = 1) =>
  eventually(() => {
    const found = subject.heard.filter((each) => each.type === type && [each.body['orderId'], each.body['refundId']].includes(id));
    if (found.length < times) throw new Error(`${found.length} ${type} of ${id}`);
    return found.at(-1)!;
  });
const get = async (url: string) => (await subject.send('GET', url)).json<Record<string, unknown>>();
const amount = { amount: 1250, currency: 'GBP' };
async function paidOrder(token = 'tok_approve'): Promise<string> {
  const orderId = uuidv7();
  await subject.say(ProcessPayment, { orderId, amount, token });
  await heardOf('payments.payment-processed', orderId);
  return orderId;
}
async function request(orderId: string, asked: number): Promise<Ids> {
  const ids = { refundId: uuidv7(), claimId: uuidv7(), orderId };
  const lines = [{ sku: 'MUG', quantity: 1, amount: asked, restock: true }];
  const body = { ...ids, customerId: 'C-1', lines, total: { amount: asked, currency: 'GBP' } };
  await subject.say(RefundRequested, body, { correlationId: ids.refundId });
  return ids;
}
const goodsAreBack = (ids: Ids) => subject.say(StockReturned, { ...ids, lines: [] }, { correlationId: ids.refundId });

it('holds and pays out by message, and shows it', async () => {
  const orderId = await paidOrder();
  const ids = await request(orderId, 400);
  const calculated = await heardOf('payments.refund-calculated', ids.refundId);
  expect(calculated).toMatchObject({ routingKey: 'payments.refund-calculated.refund', correlationId: ids.refundId });
  expect(calculated.headers).toMatchObject({ stream: `payment-${orderId}`, 'stream-version': 2 });
  expect(await get(`/refunds/${ids.refundId}`)).toMatchObject({ ...ids, state: 'held', amount: 400, customerId: 'C-1' });
  expect(await get(`/payments/${orderId}`)).toMatchObject({ state: 'captured', refunded: 0, held: 400 });
  await goodsAreBack(ids);
  expect((await heardOf('payments.refund-issued', ids.refundId)).body).toEqual({ ...ids, customerId: 'C-1', amount: { amount: 400, currency: 'GBP' } });
  const other = await request(orderId, 851);
  expect((await heardOf('payments.refund-refused', other.refundId)).body).toMatchObject({ reason: 'more-than-left' });
  expect(await get(`/payments/${orderId}`)).toMatchObject({
    state: 'captured',
    refunded: 400,
    held: 0,
    refunds: [{ refundId: ids.refundId, state: 'issued' }, { refundId: other.refundId, state: 'refused' }],
  });
  expect(await get(`/gateway/charges/${orderId}`)).toMatchObject({ status: 'captured', refunded: 400 });
});

it('pays out once when the gateway’s answer gets lost, and a close that comes meanwhile hears the same', async () => {
  const orderId = await paidOrder('tok_late_refund');
  const ids = await request(orderId, 400);
  await heardOf('payments.refund-calculated', ids.refundId);
  await goodsAreBack(ids);
  await eventually(async () => expect(await get(`/refunds/${ids.refundId}`)).toMatchObject({ state: 'paying' }));
  await subject.say(CloseRefund, { ...ids, reason: 'overdue' });
  await heardOf('payments.refund-issued', ids.refundId, 2);
  expect(subject.heard.filter(({ type, body }) => type === 'payments.refund-failed' && body['refundId'] === ids.refundId)).toEqual([]);
  expect(await get(`/gateway/charges/${orderId}`)).toMatchObject({ refunded: 400 });
  expect(await get(`/payments/${orderId}`)).toMatchObject({ refunded: 400, held: 0 });
});

it('undoes what the gateway refused for good', async () => {
  const orderId = await paidOrder('tok_no_refund');
  const ids = await request(orderId, 400);
  await heardOf('payments.refund-calculated', ids.refundId);
  await goodsAreBack(ids);
  expect((await heardOf('payments.refund-failed', ids.refundId)).body).toEqual({ ...ids, reason: 'account-closed' });
  await subject.say(ReturnReversed, { ...ids, lines: [], reason: 'account-closed' });
  expect((await heardOf('payments.refund-hold-released', ids.refundId)).body).toMatchObject({ amount: 400 });
  expect(await get(`/payments/${orderId}`)).toMatchObject({ refunded: 0, held: 0, refunds: [{ state: 'released' }] });
});

it('closes what it has never heard of, and refuses the request that comes after that', async () => {
  const orderId = await paidOrder();
  const ids = { refundId: uuidv7(), claimId: uuidv7(), orderId };
  await subject.say(CloseRefund, { ...ids, reason: 'overdue' });
  expect((await heardOf('payments.refund-failed', ids.refundId)).body).toMatchObject({ reason: 'overdue' });
  await subject.say(ReturnRefused, { ...ids, reason: 'void', detail: '' });
  expect((await heardOf('payments.refund-hold-released', ids.refundId)).body).toMatchObject({ amount: 0 });
  const lines = [{ sku: 'MUG', quantity: 1, amount: 5, restock: true }];
  await subject.say(RefundRequested, { ...ids, customerId: 'C-1', lines, total: { amount: 5, currency: 'GBP' } });
  expect((await heardOf('payments.refund-refused', ids.refundId)).body).toMatchObject({ reason: 'void' });
});

it.each([['/refunds/1', 400], [`/refunds/${uuidv7()}`, 404]])('GET %s is answered with %s', async (url, status) => {
  expect((await subject.send('GET', url)).statusCode).toBe(status);
});

it('describes itself', async () => {
  expect(Object.keys((await get('/docs-json'))['paths'] as object)).toContain('/refunds/{refundId}');
});
