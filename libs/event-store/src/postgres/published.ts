import { statement } from '@comptoir/messaging';
import type { SqlTransaction } from '@comptoir/messaging';
import type { EventSource } from '../projector';
import { readingAll } from './read';

const selectHead = statement<{ readonly position: number }>(
  'published-head',
  'SELECT position::float8 AS position FROM event_store.published_head WHERE one',
);
const readAll = readingAll('event_store.published', 'published-read');

/**
 * Another service's log, read through the views it publishes (prisma/event_store) by a role that may do nothing else.
 * `run` opens a transaction in the log's database.
 */
export const publishedEvents = (run: <R>(work: (tx: SqlTransaction) => Promise<R>) => Promise<R>): EventSource => ({
  head: () => run(async (tx) => (await selectHead(tx))[0]?.position ?? 0),
  readAll: (options) => run((tx) => readAll(tx, options)),
});
