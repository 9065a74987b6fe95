import { ORDER_FULFILMENT } from '@comptoir/contracts/orders';
import { ProcessPayment, RefundPayment } from '@comptoir/contracts/payments';
import { serviceUnderTest, type ServiceUnderTest } from '@comptoir/platform/testing';
import { eventually } from '@comptoir/testing';
import { Pool } from 'pg';
import { v7 as uuidv7 } from 'uuid';
import { PaymentGateway } from './gateway/payment-gateway';
import { payments, PaymentsModule } from './payments.module';

let subject: ServiceUnderTest;
beforeAll(async () => {
  subject = await serviceUnderTest(PaymentsModule, payments, { flow: ORDER_FULFILMENT, env: { GATEWAY_TIMEOUT_MS: '300', GATEWAY_RECONCILE_AFTER_MS: '200' } });
});
afterAll(() => subject?.stop());

const heardOf = (type: string, orderId: string) =>
  eventually(() => {
    const found = subject.heard.find((each) => each.type === type && each.body['orderId'] === orderId);
    if (!found) throw new Error(`No ${type} of ${orderId}`);
    return found.body;
  });
const amount = { amount: 1250, currency: 'GBP' };
const pay = async (token: string) => {
  const orderId = uuidv7();
  await subject.say(ProcessPayment, { orderId, amount, token });
  return orderId;
};
const get = (url: string) => subject.send('GET', url);

it('captures, declines and refunds by message, and shows both sides of it', async () => {
  const [paid, declined] = [await pay('tok_approve'), await pay('tok_decline_no-funds')];
  expect(await heardOf('payments.payment-processed', paid)).toMatchObject({ amount });
  expect(await heardOf('payments.payment-declined', declined)).toEqual({ orderId: declined, reason: 'no-funds' });
  expect((await get(`/payments/${paid}`)).json()).toMatchObject({ state: 'captured', captured: 1250, refunded: 0, currency: 'GBP' });
  expect((await get(`/gateway/charges/${paid}`)).json()).toMatchObject({ status: 'captured', amount });
  await subject.say(RefundPayment, { orderId: paid, reason: 'test' });
  expect(await heardOf('payments.payment-refunded', paid)).toMatchObject({ refunded: 1250 });
  expect((await get(`/gateway/charges/${paid}`)).json()).toMatchObject({ status: 'refunded' });
});

it('a payment whose answer comes too late does not hold up the others, and is found captured by its retry', async () => {
  const late = await pay('tok_late');
  const quick = await pay('tok_approve');
  await heardOf('payments.payment-processed', quick);
  expect((await get(`/payments/${late}`)).statusCode).toBe(404);
  expect(await heardOf('payments.payment-processed', late)).toMatchObject({ amount });
});

it('a refund that comes while the payment waits to be tried again leaves nothing captured', async () => {
  const orderId = await pay('tok_late');
  await eventually(async () => expect((await get(`/gateway/charges/${orderId}`)).json()).toMatchObject({ status: 'captured' }));
  await subject.say(RefundPayment, { orderId, reason: 'deadline' });
  expect(await heardOf('payments.payment-refunded', orderId)).toMatchObject({ refunded: 1250 });
  expect(await heardOf('payments.payment-declined', orderId)).toEqual({ orderId, reason: 'void' });
  expect((await get(`/payments/${orderId}`)).json()).toMatchObject({ captured: 1250, refunded: 1250 });
  expect((await get(`/gateway/charges/${orderId}`)).json()).toMatchObject({ status: 'refunded' });
});

it('a refund that comes first makes the payment void, and the gateway is looked after', async () => {
  const orderId = uuidv7();
  await subject.say(RefundPayment, { orderId, reason: 'deadline' });
  expect(await heardOf('payments.payment-refunded', orderId)).toMatchObject({ refunded: 0, currency: null });
  await subject.say(ProcessPayment, { orderId, amount, token: 'tok_approve' });
  expect(await heardOf('payments.payment-declined', orderId)).toEqual({ orderId, reason: 'void' });
  expect(await heardOf('payments.stray-capture-refunded', orderId)).toMatchObject({ amount: { amount: 0 } });
  expect((await get(`/payments/${orderId}`)).json()).toMatchObject({ state: 'void', captured: 0 });
  expect((await get(`/gateway/charges/${orderId}`)).statusCode).toBe(404);
});

it('a capture nobody recorded, of a payment made void, is found at the gateway and given back', async () => {
  const orderId = uuidv7();
  // As a process leaves it that died between the gateway's answer and its commit, after a refund had found nothing.
  await subject.app.get(PaymentGateway).capture({ key: orderId, amount, token: 'tok_approve' }, new AbortController().signal);
  await subject.app.get(Pool).query(`INSERT INTO payments.payment (order_id, payment_id, state) VALUES ($1, $2, 'void')`, [orderId, uuidv7()]);
  expect(await heardOf('payments.stray-capture-refunded', orderId)).toMatchObject({ amount });
  expect((await get(`/payments/${orderId}`)).json()).toMatchObject({ state: 'stray-refunded', captured: 1250, refunded: 1250 });
  expect((await get(`/gateway/charges/${orderId}`)).json()).toMatchObject({ status: 'refunded' });
});

it('lists payments page by page, the latest order first, by state', async () => {
  const declined = [await pay('tok_decline'), await pay('tok_decline')];
  for (const orderId of declined) await heardOf('payments.payment-declined', orderId);
  type Page = { items: { orderId: string; state: string }[]; next: string };
  const first = (await get('/payments?state=declined&limit=1')).json<Page>();
  const second = (await get(`/payments?state=declined&limit=1&after=${first.next}`)).json<Page>();
  expect([...first.items, ...second.items].map(({ orderId }) => orderId)).toEqual([...declined].reverse());
});

it.each([
  ['/payments?state=lost', 400],
  ['/payments?after=nonsense!', 400],
  [`/payments?after=${Buffer.from('x').toString('base64url')}`, 400],
  ['/payments/1', 400],
  [`/payments/${uuidv7()}`, 404],
  ['/gateway/charges/nothing', 404],
  ['/gateway/charges/%00', 400],
])('GET %s is answered with %s', async (url, status) => {
  expect((await get(url)).statusCode).toBe(status);
});

it('describes itself', async () => {
  expect(Object.keys((await get('/docs-json')).json<{ paths: object }>().paths)).toEqual(
    expect.arrayContaining(['/payments', '/payments/{orderId}', '/gateway/charges/{key}']),
  );
});
