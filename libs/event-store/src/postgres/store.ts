import { statement } from '@comptoir/messaging';
import type { SqlTransaction } from '@comptoir/messaging';
import { eventStore } from '../checked';
import { write } from './append';
import { readAll, readStream } from './read';
import { readSnapshot, writeSnapshot } from './snapshots';

const selectHead = statement<{ readonly position: number }>(
  'event-store-head',
  'SELECT position::float8 AS position FROM event_store.head WHERE one',
);

/** Events in PostgreSQL, in the schema `event_store` (prisma/event_store). Its transactions are READ COMMITTED. */
export const postgresEventStore = eventStore<SqlTransaction>({
  write,
  readStream,
  readAll,
  readSnapshot,
  writeSnapshot,
  head: async (tx) => (await selectHead(tx))[0]?.position ?? 0,
});
