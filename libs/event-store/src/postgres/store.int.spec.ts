import { pgPool, pgUnitOfWork } from '@comptoir/messaging';
import type { SqlTransaction } from '@comptoir/messaging';
import type { FreshDatabase } from '@comptoir/testing';
import { freshDatabase } from '@comptoir/testing';
import type { Pool } from 'pg';
import { eventStoreContract } from '../testing';
import { StoreFixture } from '../testing/store-fixture';
import { describeProperties } from '../testing/store-properties';
import { postgresEventStore } from './store';

describe('events in PostgreSQL', () => {
  let database: FreshDatabase;
  let pool: Pool;
  beforeAll(async () => {
    database = await freshDatabase('ledger', ['event_store']);
    pool = pgPool({ connectionString: database.url, applicationName: 'event-store' });
  });
  afterAll(async () => {
    await pool.end();
    await database.drop();
  });

  const make = async () => ({ store: postgresEventStore, run: pgUnitOfWork(pool).run, close: async () => undefined });
  eventStoreContract(make, { concurrent: true });

  let fixture: StoreFixture<SqlTransaction>;
  beforeAll(async () => {
    fixture = new StoreFixture(await make());
  });
  describeProperties(() => fixture, { numRuns: 40 });
});
