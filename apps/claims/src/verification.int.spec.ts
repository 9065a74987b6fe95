import { pgPool, pgUnitOfWork, type SqlTransaction } from '@comptoir/messaging';
import type { Outgoing } from '@comptoir/contracts';
import { eventually, freshDatabase, type FreshDatabase } from '@comptoir/testing';
import type { Pool } from 'pg';
import { act, claims } from './act';
import { sample } from './claims-testing';
import type { Lookup } from './orders/order-desk';
import { open } from './treatment';
import { VerificationWorker } from './verification';

let database: FreshDatabase;
let pool: Pool;
beforeAll(async () => {
  database = await freshDatabase('claims');
  pool = pgPool({ connectionString: database.url, applicationName: 'claims test' });
});
beforeEach(() => pool.query('DELETE FROM claims.verification'));
afterAll(async () => {
  await pool.end();
  await database.drop();
});

const silent = { debug() {}, info() {}, warn() {}, error() {} };
const run = <T>(work: (tx: SqlTransaction) => Promise<T>) => pgUnitOfWork(pool).run(work);
const rows = async () =>
  (await pool.query<{ claim_id: string; attempts: number; wait: number }>(
    'SELECT claim_id, attempts, extract(epoch FROM due_at - now())::float8 AS wait FROM claims.verification ORDER BY claim_id',
  )).rows;

/** Claims that were taken unverified. */
async function unverified(count: number) {
  const all = Array.from({ length: count }, sample);
  await run((tx) => act(tx, all.map(({ claimId, complaint }) => ({ claimId, decide: open({ ...complaint, claimId }, { kind: 'away' }) }))));
  return all;
}

/** A worker with an orders that answers as told, and all it sent. */
function workerOn(
  lookUp: (orderId: string) => Promise<Lookup> | Lookup,
  options: { state?: 'closed' | 'half-open' | 'open'; leaseMs?: number } = {},
) {
  const sent: Outgoing[] = [];
  const { state = 'closed', leaseMs } = options;
  const worker = new VerificationWorker({
    orders: { state, lookUp: async (orderId) => lookUp(orderId) },
    transaction: async (work) => {
      const { result, messages } = await run((tx) => work(tx));
      sent.push(...messages);
      return result;
    },
    logger: silent,
    pollMs: 1_000,
    firstPauseMs: 100,
    ...(leaseMs === undefined ? {} : { leaseMs }),
  });
  return { worker, sent };
}

const versionOf = async (claimId: string) => (await run((tx) => claims.load(tx, claimId))).version;

it('compares all that are due, round by round, and sends what it appends', async () => {
  const all = await unverified(45);
  const orders = new Map(all.map(({ orderId, order }) => [orderId, order]));
  const { worker, sent } = workerOn((orderId) => ({ kind: 'found', order: orders.get(orderId)! }));
  expect([await worker.step(), await worker.step(), await worker.step(), await worker.step()]).toEqual([0, 0, 1_000, 1_000]);
  expect(sent.map(({ body }) => (body as { claimId: string }).claimId).sort()).toEqual(all.map(({ claimId }) => claimId).sort());
  expect(new Set(sent.map(({ type }) => type.name))).toEqual(new Set(['claims.claim-verified']));
  expect(await rows()).toEqual([]);
});

it('several processes share the work, and no claim is asked for or verified twice', async () => {
  const all = await unverified(60);
  const orders = new Map(all.map(({ orderId, order }) => [orderId, order]));
  const asked: string[] = [];
  const answer = (orderId: string): Lookup => {
    asked.push(orderId);
    return { kind: 'found', order: orders.get(orderId)! };
  };
  const workers = Array.from({ length: 3 }, () => workerOn(answer));
  await Promise.all(workers.map(async ({ worker }) => { while ((await worker.step()) === 0); }));
  expect(asked.sort()).toEqual(all.map(({ orderId }) => orderId).sort());
  expect(workers.flatMap(({ sent }) => sent)).toHaveLength(60);
  for (const { claimId } of all) expect(await versionOf(claimId)).toBe(2);
});

it('a claim whose process died while asking is taken up by another one after the lease', async () => {
  const [one] = await unverified(1);
  const { claimId, order } = one!;
  const never = new Promise<Lookup>(() => undefined);
  void workerOn(() => never, { leaseMs: 60_000 }).worker.step();
  const { worker, sent } = workerOn(() => ({ kind: 'found', order }));
  await eventually(async () => expect((await rows())[0]?.wait).toBeGreaterThan(1));
  await worker.step();
  expect(sent).toEqual([]);
  await pool.query(`UPDATE claims.verification SET due_at = now() - interval '1 second'`);
  await worker.step();
  expect(sent).toHaveLength(1);
  expect(await versionOf(claimId)).toBe(2);
});

it('an answer that comes after somebody else recorded one changes nothing', async () => {
  const [one] = await unverified(1);
  const { claimId, order } = one!;
  const quick = workerOn(() => ({ kind: 'found', order }));
  const slow = workerOn(async () => {
    await pool.query(`UPDATE claims.verification SET due_at = now() - interval '1 second'`);
    await quick.worker.step();
    return { kind: 'missing' };
  });
  await slow.worker.step();
  expect([quick.sent.length, slow.sent.length, await versionOf(claimId)]).toEqual([1, 0, 2]);
  expect(await rows()).toEqual([]);
});

it('a claim asked for in vain waits twice as long each time, at most five minutes', async () => {
  await unverified(1);
  const { worker, sent } = workerOn(() => ({ kind: 'away', asked: true }));
  const waits: number[] = [];
  for (let nth = 1; nth <= 14; nth += 1) {
    await worker.step();
    const [row] = await rows();
    expect(row?.attempts).toBe(nth);
    waits.push(Math.round((row?.wait ?? 0) * 10) / 10);
    await pool.query(`UPDATE claims.verification SET due_at = now() - interval '1 second'`);
  }
  const seconds = [0.1, 0.2, 0.4, 0.8, 1.6, 3.2, 6.4, 12.8, 25.6, 51.2, 102.4, 204.8, 300, 300];
  expect(waits).toEqual(seconds.map((each) => expect.closeTo(each, 0) as number));
  expect(sent).toEqual([]);
});

it('a claim that was not asked for, because the breaker opened, is due at once', async () => {
  await unverified(3);
  await workerOn(() => ({ kind: 'away', asked: false })).worker.step();
  expect((await rows()).map(({ attempts, wait }) => [attempts, wait <= 0])).toEqual(Array(3).fill([0, true]));
});

it('while the breaker is open nothing is taken; half open, one claim is the trial', async () => {
  const all = await unverified(3);
  const answer = () => ({ kind: 'found', order: all[0]!.order }) as const;
  const open = workerOn(answer, { state: 'open' });
  expect([await open.worker.step(), open.sent.length]).toEqual([1_000, 0]);
  const halfOpen = workerOn(answer, { state: 'half-open' });
  await halfOpen.worker.step();
  expect(halfOpen.sent).toHaveLength(1);
});
