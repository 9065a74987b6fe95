import { pgPool } from '@comptoir/messaging';
import { eventually, freshDatabase, type FreshDatabase } from '@comptoir/testing';
import fc from 'fast-check';
import { Client, type Pool } from 'pg';
import { v7 as uuidv7 } from 'uuid';
import { LogUnderTest, type Entry } from '../log-under-test';
import { Reads } from '../rows/reads';
import { story, type Telling } from '../stories';
import { VIEWS } from '../views';
import { hashesOf } from './hash';
import { ProjectionWork } from './projection-work';
import { Projections } from './projections';

const silent = { debug() {}, info() {}, warn() {}, error() {} };
const ENDS: readonly Telling['end'][] = ['placed', 'cancelled', 'completed', 'opened', 'treated', 'rejected', 'settled', 'refund-failed'];

let log: LogUnderTest;
let database: FreshDatabase;
let admin: Client;
let reads: Reads;
const pools: Pool[] = [];

beforeEach(async () => {
  [log, database] = await Promise.all([LogUnderTest.start(), freshDatabase('views')]);
  admin = new Client({ connectionString: database.adminUrl });
  await admin.connect();
  reads = new Reads({ url: database.url, size: 2 });
});
afterEach(async () => {
  await Promise.all([reads.close(), admin.end(), ...pools.splice(0).map((pool) => pool.end())]);
  await Promise.all([log.drop(), database.drop()]);
});

const pool = (connectionString: string, applicationName: string) => {
  const made = pgPool({ connectionString, applicationName, max: 6 });
  pools.push(made);
  return made;
};
/** What a process has, with connections of its own. */
const processOf = (batchSize?: number, name = 'views') =>
  new Projections({ views: VIEWS, pool: pool(database.url, name), log: pool(log.url, `${name}-log`), batchSize });

async function catchUp(projections: Projections): Promise<void> {
  await projections.tail.refresh();
  for (const { projector } of projections.all) await projector.catchUp();
}

/** By view: the hash of what queries read. */
const liveHashes = async (from = reads) =>
  Object.fromEntries(await Promise.all(VIEWS.map(async (view) => [view.name, (await hashesOf(from, view)).find(({ live }) => live)?.hash])));
const rowsIn = async (table: string) =>
  Number((await admin.query<{ count: string }>(`SELECT count(*) FROM views.${table}`)).rows[0]?.count);

const many = (count: number, from = 0): readonly Entry[] => {
  const told = Array.from({ length: count }, (_, nth) => story({ end: ENDS[(nth + from) % ENDS.length] ?? 'placed', customerId: `C-${nth % 5}` }));
  // Side by side, as a company's days are.
  const longest = Math.max(...told.map(({ entries }) => entries.length));
  return Array.from({ length: longest }, (_, at) => told.flatMap(({ entries }) => entries.slice(at, at + 1))).flat();
};

it('makes the same read models of any interleaving of the streams, in batches of any size', async () => {
  const entries = many(8);
  const streamOf = ({ event: { type, body } }: Entry) => (type.kind === 'event' ? type.streamOf(body) : '');
  const inStreams = [...new Set(entries.map(streamOf))].map((stream) => entries.filter((entry) => streamOf(entry) === stream));
  const reference = processOf();
  await log.append(...entries);
  await catchUp(reference);
  const expected = await liveHashes();
  expect(await rowsIn('customer_order')).toBe(8);

  const interleaved = fc.record({
    picks: fc.array(fc.nat(), { minLength: entries.length, maxLength: entries.length }),
    batchSize: fc.integer({ min: 1, max: 20 }),
  });
  await fc.assert(
    fc.asyncProperty(interleaved, async ({ picks, batchSize }) => {
      const [otherLog, other] = await Promise.all([LogUnderTest.start(), freshDatabase('views')]);
      const [model, source] = [pgPool({ connectionString: other.url, applicationName: 'x' }), pgPool({ connectionString: otherLog.url, applicationName: 'x' })];
      const otherReads = new Reads({ url: other.url, size: 1 });
      try {
        const left = inStreams.map((stream) => [...stream]);
        const order = picks.map((pick) => {
          const open = left.filter((stream) => stream.length > 0);
          return open[pick % open.length]?.shift() as Entry;
        });
        await otherLog.append(...order);
        await catchUp(new Projections({ views: VIEWS, pool: model, log: source, batchSize }));
        expect(await liveHashes(otherReads)).toEqual(expected);
      } finally {
        await Promise.all([model.end(), source.end(), otherReads.close()]);
        await Promise.all([otherLog.drop(), other.drop()]);
      }
    }),
    { numRuns: 5, endOnFailure: true },
  );
});

it('rebuilds every view while events keep coming and queries go on, and the new one equals the live one', async () => {
  const projections = processOf(20);
  const work = new ProjectionWork(projections, silent);
  await log.append(...many(40));
  work.start();
  try {
    await eventually(async () => expect(await rowsIn('customer_order')).toBe(40));
    let writing = true;
    const [seen, answers] = [new Set<number>(), [] as number[]];
    const queries = (async () => {
      while (writing) {
        const [row] = await reads.query<{ orders: number; generation: number }>(
          `SELECT count(*)::int AS orders, max(generation) AS generation FROM views.customer_order
           WHERE generation = (SELECT generation FROM projection.generation WHERE name = 'orders' AND live)`,
        );
        answers.push(row?.orders ?? 0);
        seen.add(row?.generation ?? 0);
      }
    })();
    for (const { projector } of projections.all) await projector.rebuild();
    const last = await (async () => {
      let position = 0;
      for (let nth = 1; nth <= 10; nth += 1) position = await log.append(...many(4, nth));
      return position;
    })();
    const states = () => projections.lag().then((lags) => lags.flat().map(({ generation, live, position, parked }) => ({ generation, live, position, parked })));
    await eventually(async () =>
      expect(await states()).toEqual(VIEWS.map(() => ({ generation: 2, live: true, position: last, parked: 0 }))),
    );
    writing = false;
    await queries;
    // Never less than before: the old generation answers until the new one has all of it.
    expect(answers).toEqual([...answers].sort((a, b) => a - b));
    expect(answers[0]).toBeGreaterThanOrEqual(40);
    expect(await rowsIn('customer_order')).toBe(80);

    // Once more, at rest: the hash of the new generation is that of the old one.
    const before = await liveHashes();
    for (const { projector } of projections.all) await projector.rebuild();
    await eventually(async () => expect((await states()).map(({ generation }) => generation)).toEqual(VIEWS.map(() => 3)));
    expect(await liveHashes()).toEqual(before);
    await admin.query(`UPDATE views.customer_order SET total = total + 1 WHERE order_id = (SELECT order_id FROM views.customer_order WHERE total > 0 LIMIT 1)`);
    expect((await liveHashes())['orders']).not.toBe(before['orders']);
  } finally {
    await work.stop();
  }
});

it('shared by two processes takes every event once, also when one of them loses its connections in the middle', async () => {
  const [one, two] = [processOf(10, 'views-one'), processOf(10, 'views-two')];
  const works = [new ProjectionWork(one, silent), new ProjectionWork(two, silent)];
  for (const work of works) work.start();
  try {
    let last = 0;
    for (let nth = 0; nth < 12; nth += 1) {
      last = await log.append(...many(8, nth));
      if (nth % 4 === 3)
        await admin.query(`SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'views-one'`);
    }
    await eventually(async () => expect((await two.lag()).flat().map(({ position }) => position)).toEqual(VIEWS.map(() => last)));
    expect((await two.lag()).flat().map(({ parked }) => parked)).toEqual(VIEWS.map(() => 0));
  } finally {
    await Promise.all(works.map((work) => work.stop()));
  }
  const live = await liveHashes();
  for (const { projector } of two.all) {
    await projector.rebuild();
    await projector.catchUp();
  }
  expect(await liveHashes()).toEqual(live);
});

it('has neither rows nor checkpoint of a batch that was cut off, and takes it once afterwards', async () => {
  const projections = processOf(10, 'cut-off');
  await log.append(...many(16));
  const blocker = new Client({ connectionString: database.adminUrl });
  await blocker.connect();
  await catchUp(projections);
  await log.append(...many(16, 3));
  await projections.tail.refresh();
  await blocker.query('BEGIN; LOCK TABLE views.customer_order IN SHARE MODE');
  const before = await rowsIn('customer_order');
  const step = projections.of('orders')?.projector.step();
  const failed = expect(step).rejects.toThrow();
  await eventually(async () => {
    const { rowCount } = await admin.query(
      `SELECT FROM pg_stat_activity WHERE application_name = 'cut-off' AND wait_event_type = 'Lock' AND datname = $1`,
      [database.name],
    );
    expect(rowCount).toBe(1);
  });
  await admin.query(`SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'cut-off' AND datname = $1`, [database.name]);
  await failed;
  await blocker.query('COMMIT');
  await blocker.end();
  expect(await rowsIn('customer_order')).toBe(before);
  await catchUp(projections);
  expect(await rowsIn('customer_order')).toBe(32);
  const live = await liveHashes();
  await projections.of('orders')?.projector.rebuild();
  await catchUp(projections);
  expect(await liveHashes()).toEqual(live);
});

it('parks an event that cannot be read, goes on, and takes it once it can', async () => {
  const projections = processOf(10);
  const { entries, orderId } = story({ end: 'completed' });
  const [placed, confirmed] = entries as [Entry, Entry];
  await log.append(placed);
  const poison = await log.appendRaw(`order-${orderId}`, 'orders.order-cancelled', { orderId, cartId: uuidv7(), reason: 7 });
  await log.append(confirmed);
  await catchUp(projections);
  expect(await projections.parked('orders')).toMatchObject([{ position: poison, error: expect.stringMatching(/^InvalidEventData/) }]);
  expect((await projections.lag())[0]).toMatchObject([{ behind: 0, parked: 1 }]);
  const state = () => admin.query('SELECT status, reason FROM views.customer_order').then(({ rows }) => rows);
  expect(await state()).toEqual([{ status: 'COMPLETED', reason: null }]);

  const orders = projections.of('orders')?.projector;
  await expect(orders?.retry(poison)).rejects.toMatchObject({ code: 'invalid-event-data' });
  expect(await projections.parked('orders')).toHaveLength(1);
  // The log's owner has corrected it.
  const owner = new Client({ connectionString: log.database.adminUrl });
  await owner.connect();
  await owner.query(`UPDATE event_store.event SET data = jsonb_set(data::jsonb, '{reason}', '"void"')::json WHERE position = $1`, [poison]);
  await owner.end();
  const restarted = processOf(10).of('orders')?.projector;
  expect(await restarted?.retry(poison)).toBe(true);
  expect(await state()).toEqual([{ status: 'COMPLETED', reason: 'void' }]);
  expect(await projections.parked('orders')).toEqual([]);
  expect(await restarted?.retry(poison)).toBe(false);
});
