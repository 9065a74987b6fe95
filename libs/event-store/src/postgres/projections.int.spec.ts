import { pgPool, pgUnitOfWork, statement } from '@comptoir/messaging';
import type { FreshDatabase } from '@comptoir/testing';
import { freshDatabase } from '@comptoir/testing';
import { Client } from 'pg';
import type { Pool } from 'pg';
import { projectionContract } from '../testing';
import { postgresProjectionStore } from './projections';
import { postgresEventStore } from './store';

const add = statement(
  'test-add',
  `INSERT INTO read_model.sum AS s (name, generation, sum) VALUES ($1, $2::int, $3::int)
   ON CONFLICT (name, generation) DO UPDATE SET sum = s.sum + excluded.sum`,
);
const clear = statement('test-clear', 'DELETE FROM read_model.sum WHERE name = $1 AND generation = $2::int');
const sums = statement<{ generation: number; sum: number }>('test-sums', 'SELECT generation, sum FROM read_model.sum WHERE name = $1');

describe('projections in PostgreSQL', () => {
  let database: FreshDatabase;
  let pool: Pool;
  beforeAll(async () => {
    database = await freshDatabase('ledger', ['event_store', 'projection']);
    const admin = new Client({ connectionString: database.adminUrl });
    await admin.connect();
    await admin.query(`CREATE SCHEMA read_model; CREATE TABLE read_model.sum (name text, generation int, sum int, PRIMARY KEY (name, generation));
      GRANT USAGE ON SCHEMA read_model TO ledger; GRANT ALL ON read_model.sum TO ledger`);
    await admin.end();
    pool = pgPool({ connectionString: database.url, applicationName: 'projections' });
  });
  afterAll(async () => {
    await pool.end();
    await database.drop();
  });

  projectionContract(
    async () => ({
      store: postgresProjectionStore,
      events: postgresEventStore,
      run: pgUnitOfWork(pool).run,
      add: async (tx, name, generation, n) => void (await add(tx, name, generation, n)),
      clear: async (tx, name, generation) => void (await clear(tx, name, generation)),
      sums: async (tx, name) => Object.fromEntries((await sums(tx, name)).map(({ generation, sum }) => [generation, sum])),
    }),
    { concurrent: true },
  );
});
