import { freshDatabase, type FreshDatabase } from '@comptoir/testing';
import { Pool } from 'pg';
import { unitOfWorkContract } from '../testing/unit-of-work-contract';
import { statement, type SqlTransaction, type UnitOfWork } from '../unit-of-work';
import { pgPool } from './pool';
import { pgUnitOfWork } from './unit-of-work';

let database: FreshDatabase;
let admin: Pool;
let pool: Pool;
let unitOfWork: UnitOfWork<SqlTransaction>;

beforeAll(async () => {
  database = await freshDatabase('unit-of-work', ['messaging']);
  admin = new Pool({ connectionString: database.adminUrl, max: 2 });
  await admin.query('CREATE TABLE messaging.scratch (key text PRIMARY KEY, value int); GRANT ALL ON messaging.scratch TO PUBLIC');
  pool = pgPool({ connectionString: database.url, applicationName: 'unit-of-work-contract', max: 25 });
  unitOfWork = pgUnitOfWork(pool);
});
afterAll(async () => {
  await pool?.end();
  await admin?.end();
  await database?.drop();
});

const put = statement('scratch-put', 'INSERT INTO messaging.scratch (key, value) VALUES ($1, $2)');

unitOfWorkContract('pg', { concurrent: true }, async () => {
  for (const table of ['inbox', 'outbox', 'stream', 'attempt', 'request', 'scratch']) await admin.query(`DELETE FROM messaging.${table}`);
  return {
    unitOfWork,
    write: async (tx, key, value) => void (await put(tx, key, value)),
    async read(key) {
      const { rows } = await admin.query<{ value: number }>('SELECT value FROM messaging.scratch WHERE key = $1', [key]);
      return rows[0]?.value;
    },
    close: async () => {},
  };
});

describe('inbox partitions', () => {
  const day = (offset: number) => new Date(Date.now() + offset * 86_400_000).toISOString().slice(0, 10);
  const nameOf = (date: string) => `inbox_${date.replaceAll('-', '')}`;
  const idOf = (date: string) => `${Date.parse(date).toString(16).padStart(12, '0').replace(/^(.{8})/, '$1-')}-7000-8000-000000000001`;
  const partitions = async () => {
    const { rows } = await admin.query<{ name: string }>(
      `SELECT inhrelid::regclass::text AS name FROM pg_inherits WHERE inhparent = 'messaging.inbox'::regclass`,
    );
    return rows.map(({ name }) => name.replace('messaging.', ''));
  };
  const addPartition = (date: string, next: string) =>
    admin.query(`CREATE TABLE messaging.${nameOf(date)} PARTITION OF messaging.inbox
                 FOR VALUES FROM (messaging.uuid_floor('${date}Z')) TO (messaging.uuid_floor('${next}Z'))`);
  const maintain = (retentionDays: number) => unitOfWork.run((tx) => unitOfWork.store.maintain(tx, retentionDays));
  const claim = (id: string) => unitOfWork.run((tx) => unitOfWork.store.claim(tx, 'one', [id]));

  it('exist for today and a week ahead, and are made again where one is missing', async () => {
    await admin.query(`DROP TABLE messaging.${nameOf(day(5))}`);
    await maintain(14);
    expect(await partitions()).toEqual(expect.arrayContaining([0, 1, 2, 3, 4, 5, 6, 7].map((offset) => nameOf(day(offset)))));
  });

  it('are dropped with what they hold when older than the retention, and no sooner', async () => {
    const [gone, kept] = [day(-16), day(-13)];
    await addPartition(gone, day(-15));
    await addPartition(kept, day(-12));
    for (const date of [gone, kept]) await claim(idOf(date));
    await maintain(14);
    expect(await partitions()).toContain(nameOf(kept));
    expect(await partitions()).not.toContain(nameOf(gone));
    expect(await claim(idOf(kept))).toEqual(new Set());
    expect(await claim(idOf(gone))).toEqual(new Set([idOf(gone)]));
  });

  it('come with idempotency keys past the retention being forgotten, some thousands at a time', async () => {
    await admin.query(`INSERT INTO messaging.request (scope, key, fingerprint, created_at)
      SELECT 'forgetting', 'old-' || n, 'f', now() - interval '15 days' FROM generate_series(1, 5001) AS n
      UNION ALL SELECT 'forgetting', 'recent', 'f', now()`);
    expect([await maintain(14), await maintain(14)]).toEqual([true, false]);
    expect((await admin.query(`SELECT key FROM messaging.request WHERE scope = 'forgetting'`)).rows).toEqual([{ key: 'recent' }]);
  });

  it('take each message in the one of its own day', async () => {
    const id = idOf(day(1));
    await claim(id);
    const { rows } = await admin.query(`SELECT count(*)::int AS count FROM messaging.${nameOf(day(1))} WHERE message_id = $1`, [id]);
    expect(rows).toEqual([{ count: 1 }]);
  });
});
