import type { Duplex } from 'node:stream';
import { freshDatabase, type FreshDatabase } from '@comptoir/testing';
import type { Pool, PoolClient } from 'pg';
import { CommitOutcomeUnknown } from '../errors';
import { statement, type SqlTransaction, type UnitOfWork } from '../unit-of-work';
import { pgPool } from './pool';
import { pgUnitOfWork } from './unit-of-work';

let database: FreshDatabase;
let pool: Pool;
let unitOfWork: UnitOfWork<SqlTransaction>;

beforeAll(async () => {
  database = await freshDatabase('pipeline', ['messaging']);
});
afterAll(() => database?.drop());

beforeEach(() => {
  // One connection: whatever a transaction leaves behind, the next one finds.
  pool = pgPool({ connectionString: database.url, applicationName: 'pipeline', max: 1 });
  unitOfWork = pgUnitOfWork(pool);
});
afterEach(() => pool.end());

const put = statement('put', 'INSERT INTO messaging.attempt (message_id, consumer, attempts) VALUES (gen_random_uuid(), $1, 1)');
const count = statement<{ count: string }>('count', 'SELECT count(*) FROM messaging.attempt WHERE consumer = $1');
const divide = statement<{ result: number }>('divide', 'SELECT 12 / $1::int AS result');
const add = statement<{ sum: number }>('add', 'SELECT $1::int + $2::int AS sum');
const endSession = statement('end-session', 'SELECT pg_terminate_backend(pg_backend_pid())');

const countOf = (consumer: string) => unitOfWork.run(async (tx) => Number((await count(tx, consumer))[0]?.count));

describe('a transaction', () => {
  it('sends what one turn asks for at once, and is woken once for all the answers', async () => {
    const client = await pool.connect();
    const { stream } = (client as PoolClient & { connection: { stream: Duplex } }).connection;
    client.release();
    const packets: string[] = [];
    const write = jest.spyOn(stream, 'write');
    stream.on('data', () => packets.push('answer'));
    await unitOfWork.run(async (tx) => {
      expect(await Promise.all([divide(tx, 3), add(tx, 1, 2), divide(tx, 4)])).toEqual([[{ result: 4 }], [{ sum: 3 }], [{ result: 3 }]]);
      void add(tx, 3, 4);
    });
    expect(write).toHaveBeenCalledTimes(2);
    expect(packets).toHaveLength(2);
  });

  it('gets rows as they are: none, nulls, texts for int8, parsed JSON', async () => {
    const typed = statement('typed', `SELECT n::int8 AS big, NULL::text AS nothing, '{"a":[1]}'::jsonb AS json, n > 1 AS yes FROM generate_series(1, $1) AS n`);
    const row = (n: number) => ({ big: String(n), nothing: null, json: { a: [1] }, yes: n > 1 });
    for (const size of [0, 1, 2]) expect(await unitOfWork.run((tx) => typed(tx, size))).toEqual([row(1), row(2)].slice(0, size));
    const written = statement('written', 'UPDATE messaging.attempt SET consumer = consumer WHERE false');
    expect(await unitOfWork.run((tx) => written(tx))).toEqual([]);
  });

  it('commits nothing when a statement fails that travels with the COMMIT, and tells its error', async () => {
    const running = unitOfWork.run(async (tx) => {
      await put(tx, 'with-commit');
      void divide(tx, 0).catch(() => undefined);
      void put(tx, 'with-commit').catch(() => undefined);
    });
    await expect(running).rejects.toMatchObject({ code: '22012' });
    expect(await countOf('with-commit')).toBe(0);
  });

  it('fails what follows a failed statement with the same error', async () => {
    const outcomes = await unitOfWork
      .run(async (tx) => {
        const together = await Promise.allSettled([divide(tx, 0), add(tx, 1, 2)]);
        return Promise.reject([...together, ...(await Promise.allSettled([add(tx, 3, 4)]))]);
      })
      .catch((outcomes: unknown) => outcomes);
    expect(outcomes).toEqual(Array(3).fill({ status: 'rejected', reason: expect.objectContaining({ code: '22012' }) }));
  });

  it('leaves a connection behind that knows what was prepared and what was not', async () => {
    const skipped = statement<{ text: string }>('skipped', 'SELECT $1::text AS text');
    const failing = unitOfWork.run((tx) => Promise.all([divide(tx, 0), skipped(tx, 'never sent to the parser')]));
    await expect(failing).rejects.toMatchObject({ code: '22012' });
    expect(await unitOfWork.run((tx) => Promise.all([divide(tx, 2), skipped(tx, 'now')]))).toEqual([[{ result: 6 }], [{ text: 'now' }]]);
  });

  it('prepares a statement that is refused by the parser again', async () => {
    const missing = statement('missing', 'SELECT * FROM messaging.not_there');
    for (const _ of [1, 2]) await expect(unitOfWork.run((tx) => missing(tx))).rejects.toMatchObject({ code: '42P01' });
  });

  it('refuses two statements of one name before anything is sent', async () => {
    const other = statement('divide', 'SELECT 1');
    await unitOfWork.run((tx) => divide(tx, 1));
    const running = unitOfWork.run(async (tx) => {
      void put(tx, 'same-name');
      await other(tx);
    });
    await expect(running).rejects.toThrow('Two statements are named "divide"');
    expect(await countOf('same-name')).toBe(0);
  });

  it('commits nothing when a value cannot be sent, even where nobody waited for it', async () => {
    const circular: Record<string, unknown> = {};
    circular['self'] = circular;
    const running = unitOfWork.run(async (tx) => {
      void put(tx, 'unsendable');
      void put(tx, circular).catch(() => undefined);
    });
    await expect(running).rejects.toThrow(/circular/i);
    expect(await countOf('unsendable')).toBe(0);
  });

  it('that loses its connection before the COMMIT is answered may or may not have been committed', async () => {
    const running = unitOfWork.run(async (tx) => {
      await put(tx, 'gone');
      void endSession(tx).catch(() => undefined);
    });
    await expect(running).rejects.toBeInstanceOf(CommitOutcomeUnknown);
    expect(await countOf('gone')).toBe(0);
  });

  it('that loses its connection earlier fails with what broke it', async () => {
    await expect(unitOfWork.run((tx) => endSession(tx))).rejects.toMatchObject({ code: '57P01' });
    expect(await unitOfWork.run((tx) => add(tx, 1, 1))).toEqual([{ sum: 2 }]);
  });
});
