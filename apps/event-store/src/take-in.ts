import { postgresEventStore, RawJson } from '@comptoir/event-store';
import type { SqlTransaction } from '@comptoir/messaging';
import type { Arrival } from './arrival';
import { place, type Placed } from './placing';
import { readKnown } from './sql/read-known';
import { saveSettled } from './sql/settle';

/**
 * Gives arrivals their place in the log, or holds or quarantines them: two round trips for the whole batch. The log is
 * locked from the first of them to the commit, so processes that do this at the same time do it one after the other.
 */
export async function takeIn(tx: SqlTransaction, arrivals: readonly Arrival[]): Promise<Placed> {
  const placed = place(arrivals, await readKnown(tx, arrivals));
  const appends = placed.appends.map(({ stream, expected, events }) => ({
    stream,
    expected,
    events: events.map(({ json, ...event }) => ({ ...event, data: new RawJson(json) })),
  }));
  await Promise.all([saveSettled(tx, placed), postgresEventStore.appendAll(tx, appends)]);
  return placed;
}
