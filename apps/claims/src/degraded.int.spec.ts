import { eventually } from '@comptoir/testing';
import { Pool } from 'pg';
import { v7 as uuidv7 } from 'uuid';
import { ClaimsUnderTest } from './claims-under-test';
import { OrderDesk } from './orders/order-desk';

const test = new ClaimsUnderTest();
beforeAll(() => test.start({ ORDERS_TIMEOUT_MS: '300', ORDERS_BREAKER_RESET_MS: '200' }));
afterAll(() => test.stop());
/** Well again, and everybody has noticed. */
afterEach(async () => {
  await test.orders.down();
  test.orders.answer = test.orders.well;
  await test.orders.up();
  await eventually(async () => {
    await test.file({ ...test.newOrder().complaint, customerId: 'nobody' });
    expect(test.subject.app.get(OrderDesk).state).toBe('closed');
  });
});

/** Files claims until the breaker has opened: how many that takes depends on what was answered before. */
const untilItIsNoticed = async () => {
  const filed: Awaited<ReturnType<typeof test.filed>>[] = [];
  await eventually(async () => {
    filed.push(await test.filed());
    expect(test.subject.app.get(OrderDesk).state).not.toBe('closed');
  }, { intervalMs: 1 });
  return filed;
};
const waiting = async () => {
  const { rows } = await test.subject.app.get(Pool).query<{ count: number }>('SELECT count(*)::int AS count FROM claims.verification');
  return rows[0]?.count;
};
/** The worker may be pausing, and the breaker has to close first. */
const untilItIs = (claimId: string, expected: object) =>
  eventually(async () => expect(await test.read(claimId)).toMatchObject(expected), { timeoutMs: 30_000 });
const ready = () => test.subject.send('GET', '/health/ready');

it.each<[string, () => unknown]>([
  ['is away', () => test.orders.down()],
  ['hangs', () => (test.orders.answer = test.orders.hanging)],
  ['sends half an answer', () => (test.orders.answer = test.orders.stuck)],
  ['fails', () => (test.orders.answer = test.orders.saying(500, { type: 'about:blank' }))],
  ['talks nonsense', () => (test.orders.answer = test.orders.text(200, '<html>'))],
])('where orders %s claims are taken unverified, and verified when it is back', async (_, breakIt) => {
  await breakIt();
  const filed = await untilItIsNoticed();
  expect(new Set(filed.map(({ verification, version }) => `${verification} ${version}`))).toEqual(new Set(['unverified 1']));

  const checks = (await ready()).json<{ status: string; checks: Record<string, string> }>();
  expect(checks).toMatchObject({ status: 'ready', checks: { orders: expect.stringMatching(/^degraded: /) as string } });
  expect((await test.subject.send('GET', '/metrics')).body).toMatch(/claims_orders_breaker\{state="closed",service="claims"\} 0/);

  await test.orders.down();
  test.orders.answer = test.orders.well;
  await test.orders.up();
  for (const { claimId } of filed)
    await untilItIs(claimId, { version: 2, verification: { state: 'verified', order: { customerId: 'C-17850' } } });
  await eventually(async () => expect(await waiting()).toBe(0));
  expect((await ready()).json()).toMatchObject({ status: 'ready', checks: { orders: 'ok' } });
  expect((await test.subject.send('GET', '/metrics')).body).toMatch(/claims_orders_breaker\{state="closed",service="claims"\} 1/);
  for (const { claimId } of filed)
    await eventually(() => expect(test.heardOf(claimId).map(({ type }) => type)).toEqual(['claims.claim-opened', 'claims.claim-verified']));
}, 60_000);

it('a claim that turns out not to fit its order can only be rejected', async () => {
  const { complaint } = test.newOrder();
  await test.orders.down();
  const filed = await test.filed({ ...complaint, customerId: 'C-1' });
  await test.orders.up();
  const { claimId } = filed;
  await untilItIs(claimId, { verification: { state: 'failed', reason: 'other-customer', order: null } });
  const { version } = await test.treated({ ...filed, version: 2 });
  const lines = [{ sku: 'TEAPOT', quantity: 1 }];
  const refused = await test.command(claimId, 'approve', version, { lines });
  expect(refused.json()).toMatchObject({ status: 409, type: 'urn:comptoir:problem:claim-verification-failed' });
  await test.done(claimId, 'reject', version, { reason: 'Not your order' });
}, 60_000);

it('while it is unverified a claim can be treated and rejected, but not approved; nothing is made up', async () => {
  await test.orders.down();
  const { claimId, version } = await test.treated(await test.filed());
  expect(await test.read(claimId)).toMatchObject({ verification: { state: 'unverified', order: null } });
  const refused = await test.command(claimId, 'approve', version, { lines: [{ sku: 'TEAPOT', quantity: 1 }] });
  expect(refused.json()).toMatchObject({
    status: 409,
    type: 'urn:comptoir:problem:claim-not-verified',
    detail: expect.stringContaining('once its verification is verified') as string,
  });
  await test.done(claimId, 'reject', version, { reason: 'Worn' });
  const rows = await test.subject.app.get(Pool).query('SELECT 1 FROM claims.verification WHERE claim_id = $1', [claimId]);
  expect(rows.rowCount).toBe(0);
});

it('again under the same key is the same claim, even if orders is back by then and says no', async () => {
  const { complaint, orderId } = test.newOrder();
  test.orders.orders.delete(orderId);
  const key = { 'idempotency-key': uuidv7() };
  await test.orders.down();
  const first = await test.file(complaint, key);
  await test.orders.up();
  await untilItIs(first.json<{ claimId: string }>().claimId, { verification: { state: 'failed' } });
  const again = await test.file(complaint, key);
  expect([again.statusCode, again.json()]).toEqual([201, first.json()]);
}, 60_000);

it('while orders hangs nobody waits for it longer than its time-out, and soon not at all', async () => {
  test.orders.answer = test.orders.hanging;
  await untilItIsNoticed();
  const asked = test.orders.asked.length;
  await Promise.all(Array.from({ length: 50 }, () => test.filed()));
  // The half-open breaker lets one through at a time.
  expect(test.orders.asked.length - asked).toBeLessThan(10);
});
