import type { SqlTransaction } from '@comptoir/messaging';
import { freshDatabase, plansOf, type FreshDatabase } from '@comptoir/testing';
import { v7 as uuidv7 } from 'uuid';
import { listGaps } from './sql/list-gaps';
import { listStreams } from './sql/list-streams';
import { ownerOf } from './sql/owner-of';
import { takeReplay } from './sql/replays';
import { watchLog } from './sql/watch-log';
import { takeIn } from './take-in';

let database: FreshDatabase;
beforeAll(async () => {
  database = await freshDatabase('event-store');
});
afterAll(() => database.drop());

const event = { type: 'a.b', schemaVersion: 1, json: '{}', metadata: {}, occurredAt: new Date(0) };
const arrivals = [
  { ...event, stream: 'a', version: 1, id: uuidv7() },
  { ...event, stream: 'b', version: 2, id: uuidv7() },
];

test.each<[string, (tx: SqlTransaction) => Promise<unknown>, readonly RegExp[]]>([
  ['taking in', (tx) => takeIn(tx, arrivals), [/held_pkey[\s\S]*Index Cond: \(\(stream = /, /event_event_id_key[\s\S]*Index Cond: \(event_id = /, /Backward using event_stream_version_key/]],
  ['listing streams', (tx) => listStreams(tx, '', 'order-', 10), [/event_stream_version_key[\s\S]*Index Cond: \(\(?stream > /]],
  ['listing gaps', (tx) => listGaps(tx, '', 10, 30), [/held_pkey/]],
  ['looking at all of it', (tx) => watchLog(tx, 30), [/held_held_at_idx[\s\S]*Index Cond: \(held_at < /]],
  ['finding a stream’s owner', (tx) => ownerOf(tx, 'a'), [/Backward using event_stream_version_key/, /held_pkey/]],
  ['taking a replay', (tx) => takeReplay(tx, uuidv7(), 10, null), [/replay_running_idx/]],
])('%s goes by indices from the very first plan, while all tables are empty', async (_, work, indices) => {
  const plans = (await plansOf(database.adminUrl, work)).join('\n');
  for (const index of indices) expect(plans).toMatch(index);
  expect(plans).not.toMatch(/Seq Scan on event/);
});
