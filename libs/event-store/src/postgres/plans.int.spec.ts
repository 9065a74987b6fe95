import type { SqlTransaction } from '@comptoir/messaging';
import type { FreshDatabase } from '@comptoir/testing';
import { freshDatabase, plansOf } from '@comptoir/testing';
import { publishedEvents } from './published';
import { postgresEventStore as store } from './store';

let database: FreshDatabase;
beforeAll(async () => {
  database = await freshDatabase('ledger', ['event_store']);
});
afterAll(() => database.drop());

const append = { stream: 'a', events: [{ type: 'a.b', data: 1 }], expected: 'any' } as const;
/** The ends of the period are looked up, in the order of the index. */
const PERIOD = /Limit[^\n]*\n *-> {2}Index (Only )?Scan Backward using event_recorded_at_position_idx/;

test.each<[string, (tx: SqlTransaction) => Promise<unknown>, readonly RegExp[]]>([
  [
    'appending',
    (tx) => store.appendAll(tx, [append]),
    [/head_pkey/, /event_stream_version_key[\s\S]*Index Cond: \(\(?stream = /, /event_event_id_key[\s\S]*Index Cond: \(event_id = /],
  ],
  ['reading a stream', (tx) => store.readStream(tx, 'a'), [/event_stream_version_key/, /\(stream = \$1\) AND \(version >= /]],
  [
    'reading a stream backwards',
    (tx) => store.readStream(tx, 'a', { direction: 'backwards' }),
    [/Backward using event_stream_version_key/, /\(stream = \$1\) AND \(version <= /],
  ],
  ['reading all as text', (tx) => store.readAll(tx, { after: 5, limit: 10, raw: true }), [/Scan using event_pkey/, PERIOD]],
  ['reading all', (tx) => store.readAll(tx, { after: 5, limit: 10 }), [/Scan using event_pkey/, PERIOD]],
  [
    'reading types',
    (tx) => store.readAll(tx, { after: 5, limit: 10, types: ['a'] }),
    [/Scan using event_type_position_idx/, /Index Cond: \(\(type = [^\n]*"?position"? > [^\n]*"?position"? <= /, PERIOD],
  ],
  [
    'reading what is published',
    (tx) => publishedEvents((work) => work(tx)).readAll({ after: 5, limit: 10, types: ['a'] }),
    [/Scan using event_type_position_idx/, /Index Cond: \(\(type = [^\n]*"?position"? > [^\n]*"?position"? <= /, PERIOD],
  ],
  ['reading a snapshot', (tx) => store.readSnapshot(tx, 'a', 'b'), [/snapshot_pkey/]],
])('%s goes by indices from the very first plan, while all tables are empty', async (_, work, indices) => {
  const plans = await plansOf(database.adminUrl, work);
  expect(plans.length).toBeGreaterThan(0);
  for (const index of indices) expect(plans.join('\n')).toMatch(index);
  // What is read in the order of an index is never sorted, nor looked for in a whole table.
  expect(plans.join('\n')).not.toMatch(/(Seq|Bitmap Heap) Scan/);
});
