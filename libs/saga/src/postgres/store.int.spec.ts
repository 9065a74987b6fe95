import { pgPool, pgUnitOfWork } from '@comptoir/messaging';
import type { FreshDatabase } from '@comptoir/testing';
import { freshDatabase } from '@comptoir/testing';
import { Client } from 'pg';
import type { Pool } from 'pg';
import { sagaStoreContract } from '../testing';
import { postgresSagaStore } from './store';

describe('sagas in PostgreSQL', () => {
  let database: FreshDatabase;
  let pool: Pool;
  beforeAll(async () => {
    database = await freshDatabase('orchestrator');
    pool = pgPool({ connectionString: database.url, applicationName: 'saga-store' });
  });
  afterAll(async () => {
    await pool.end();
    await database.drop();
  });

  sagaStoreContract(
    async () => ({ store: postgresSagaStore, run: pgUnitOfWork(pool).run, close: async () => undefined }),
    {
      concurrent: true,
    },
  );

  describe('partitions by week', () => {
    let admin: Client;
    beforeAll(async () => {
      admin = new Client({ connectionString: database.adminUrl });
      await admin.connect();
    });
    afterAll(() => admin.end());
    const partitions = async () => {
      const { rows } = await admin.query<{ name: string }>(
        `SELECT c.relname AS name FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid
         WHERE i.inhparent IN ('saga.ended'::regclass, 'saga.history'::regclass) ORDER BY 1`,
      );
      return rows.map(({ name }) => name);
    };
    const maintain = (days: number) => pgUnitOfWork(pool).run((tx) => postgresSagaStore.maintain(tx, days));
    const history = (at: string) =>
      admin.query(
        `INSERT INTO saga.history (id, type, conversation, version, at, input, events, sent, status, label)
         VALUES (gen_random_uuid(), 'trip', 'c', 1, ${at}, 'x', '[]', '{}', 'running', 'X') RETURNING tableoid::regclass::text AS partition`,
      );

    it('are there for this week and the weeks ahead', async () => {
      expect((await partitions()).filter((name) => /^ended_\d{8}$/.test(name)).length).toBeGreaterThanOrEqual(4);
      expect((await history('now()')).rows[0]).toMatchObject({
        partition: expect.stringMatching(/^saga\.history_\d{8}$/),
      });
    });

    it('take over what went into the default partition before they were there', async () => {
      const [last] = (await partitions()).filter((name) => name.startsWith('history_2')).slice(-1);
      const week = `'${last?.slice(-8)}'::timestamptz + interval '1 day'`;
      await admin.query(`DROP TABLE saga.${last}`);
      expect((await history(week)).rows[0]).toEqual({ partition: 'saga.history_other' });
      await maintain(60);
      const { rows } = await admin.query(
        `SELECT tableoid::regclass::text AS partition FROM saga.history WHERE at = ${week}`,
      );
      expect(rows).toEqual([{ partition: `saga.${last}` }]);
    });

    it('are dropped whole when they are older than the retention, and not before', async () => {
      await admin.query(
        `SELECT saga.add_week('ended', 'ended_at', (date_trunc('week', now()) - interval '6 weeks')::date)`,
      );
      const old = (await partitions())[0] as string;
      await maintain(60);
      expect(await partitions()).toContain(old);
      await maintain(28);
      expect(await partitions()).not.toContain(old);
    });
  });
});
