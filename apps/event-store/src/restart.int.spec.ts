import { createHttpApp } from '@comptoir/platform';
import { eventually } from '@comptoir/testing';
import { Client } from 'pg';
import { v7 as uuidv7 } from 'uuid';
import { EventStoreModule } from './event-store.module';
import { eventStoreUnderTest, type EventStoreUnderTest } from './event-store-under-test';

let log: EventStoreUnderTest;
let admin: Client;
beforeAll(async () => {
  log = await eventStoreUnderTest();
  admin = new Client({ connectionString: log.database.adminUrl });
  await admin.connect();
});
afterAll(async () => {
  await admin?.end();
  await log?.stop();
});

const JARS = 40;
const VERSIONS = 25;

test('a process that ends, one that begins beside it and connections that break leave every stream whole', async () => {
  const jars = Array.from({ length: JARS }, () => uuidv7());
  const events = jars.flatMap((jar) => Array.from({ length: VERSIONS }, (_, index) => ({ jar, n: index + 1, id: uuidv7() })));
  const told = [...events, ...events.slice(0, 200)].sort(() => Math.random() - 0.5);
  const breakConnections = () =>
    admin.query(`SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()`);
  const tell = (from: number, to: number) => Promise.all(told.slice(from, to).map(({ jar, n, id }) => log.tell(jar, n, { id })));

  await tell(0, 300);
  await breakConnections();
  await tell(300, 500);
  const second = await createHttpApp(EventStoreModule);
  second.useLogger(false);
  await second.init();
  try {
    await tell(500, 800);
    await breakConnections();
  } finally {
    // With a batch in its hands, perhaps: it finishes it, and the rest goes to the other.
    await second.close();
  }
  await tell(800, told.length);
  await eventually(async () => expect((await log.get('/head')).json()).toMatchObject({ position: JARS * VERSIONS, held: 0, quarantined: 0 }), {
    timeoutMs: 30_000,
  });
  const { rows } = await admin.query<{ stream: string; ids: string[] }>(
    `SELECT stream, array_agg(event_id::text ORDER BY version) AS ids FROM event_store.event GROUP BY stream`,
  );
  const kept = new Map(rows.map(({ stream, ids }) => [stream, ids]));
  for (const jar of jars) expect(kept.get(`jar-${jar}`)).toEqual(events.filter((each) => each.jar === jar).map(({ id }) => id));
}, 90_000);
