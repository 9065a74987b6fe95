import { pgPool } from '@comptoir/messaging';
import { eventually, freshDatabase, type FreshDatabase } from '@comptoir/testing';
import type { Pool } from 'pg';
import { v7 as uuidv7 } from 'uuid';
import { PaymentGateway } from './payment-gateway';
import { booksOn } from './provider';
import { SimulatedGateway } from './simulated-gateway';

let database: FreshDatabase;
let pool: Pool;
let gateway: PaymentGateway;
beforeAll(async () => {
  database = await freshDatabase('payments');
  pool = pgPool({ connectionString: database.url, applicationName: 'gateway test' });
  gateway = ofItsOwn();
});
afterAll(async () => {
  await pool.end();
  await database.drop();
});

/** With batches of its own, as another process has them. */
const ofItsOwn = () => new PaymentGateway(new SimulatedGateway({ books: booksOn(pool), latencyMs: 0, failureRate: 0 }), 5_000);
const signal = () => new AbortController().signal;
const money = (amount: number, currency = 'GBP') => ({ amount, currency });
async function charged(token = 'tok_approve', amount = 1000): Promise<string> {
  const key = uuidv7();
  await gateway.capture({ key, amount: money(amount), token }, signal());
  return key;
}
const part = (chargeKey: string, amount = money(300), key = uuidv7()) => ({ key, chargeKey, amount });
const refund = (request: ReturnType<typeof part>, by = gateway) => by.refundPart(request, signal());

it('gives parts of a charge back until nothing is left', async () => {
  const chargeKey = await charged();
  const answers = [];
  for (const amount of [300, 701, 700, 1, 0]) answers.push(await refund(part(chargeKey, money(amount))));
  expect(answers.map(({ status, reason }) => reason ?? status)).toEqual(['paid', 'more-than-left', 'paid', 'more-than-left', 'paid']);
  expect(await gateway.charge(chargeKey)).toMatchObject({ status: 'captured', refunded: 1000 });
});

it('gives the same key the same answer for ever, and refuses it for anything else', async () => {
  const [chargeKey, other] = [await charged(), await charged()];
  const request = part(chargeKey);
  const first = await refund(request);
  expect([first, await refund(request), ...(await Promise.all([refund(request), refund(request)]))]).toEqual(Array(4).fill(first));
  const refused = part(chargeKey, money(999));
  await refund(refused);
  await pool.query('UPDATE gateway.charge SET refunded = 0 WHERE key = $1', [chargeKey]);
  expect(await refund(refused)).toMatchObject({ status: 'refused' });
  for (const change of [{ amount: money(301) }, { amount: money(300, 'EUR') }, { chargeKey: other }])
    await expect(refund({ ...request, ...change })).rejects.toMatchObject({ code: 'gateway-key-reused' });
});

it('refuses what was never captured, and another currency', async () => {
  const requests = [part('nothing'), part(await charged('tok_decline')), part(await charged(), money(1, 'EUR')), part(await charged('tok_no_refund'))];
  expect((await Promise.all(requests.map((request) => refund(request)))).map(({ reason }) => reason)).toEqual([
    'nothing-captured', 'nothing-captured', 'other-currency', 'account-closed',
  ]);
});

it('asked by several processes for the same parts gives each of them once, and all of them the same answer', async () => {
  const charges = await Promise.all(Array.from({ length: 10 }, () => charged()));
  const requests = charges.flatMap((chargeKey) => Array.from({ length: 6 }, () => part(chargeKey)));
  const everywhere = [requests, [...requests].reverse(), requests];
  const answers = await Promise.all(
    everywhere.map((some) => {
      const by = ofItsOwn();
      return Promise.all(some.map((request) => refund(request, by)));
    }),
  );
  const statuses = (some: readonly { key: string; status: string }[]) => [...some].sort((a, b) => (a.key < b.key ? -1 : 1)).map(({ status }) => status);
  expect(statuses(answers[1]!)).toEqual(statuses(answers[0]!));
  expect(statuses(answers[2]!)).toEqual(statuses(answers[0]!));
  expect(answers[0]!.filter(({ status }) => status === 'paid')).toHaveLength(30);
  for (const chargeKey of charges) expect(await gateway.charge(chargeKey)).toMatchObject({ refunded: 900 });
});

it('asked by two processes for different parts of a charge, sees what the other has left of it', async () => {
  const chargeKey = await charged();
  const session = await pool.connect();
  await session.query('BEGIN');
  await session.query('SELECT FROM gateway.charge WHERE key = $1 FOR UPDATE', [chargeKey]);
  const asking = [1, 2].map(() => refund(part(chargeKey, money(700)), ofItsOwn()));
  await eventually(async () => {
    const { rows } = await pool.query(`SELECT FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'`);
    expect(rows).toHaveLength(2);
  });
  await session.query('COMMIT');
  session.release();
  expect((await Promise.all(asking)).map(({ status }) => status).sort()).toEqual(['paid', 'refused']);
  expect(await gateway.charge(chargeKey)).toMatchObject({ refunded: 700 });
});

it('gives back whole what its parts have left, and nothing after that', async () => {
  const chargeKey = await charged();
  await refund(part(chargeKey));
  expect(await gateway.refund(chargeKey, signal())).toMatchObject({ status: 'refunded', amount: money(1000), refunded: 1000 });
  expect(await refund(part(chargeKey))).toMatchObject({ status: 'refused', reason: 'more-than-left' });
  expect(await gateway.refund(chargeKey, signal())).toMatchObject({ refunded: 1000 });
});
