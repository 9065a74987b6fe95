import { systemClock } from '@comptoir/messaging';
import type { Clock } from '@comptoir/messaging';
import type { InMemoryTransaction } from '@comptoir/messaging/testing';
import { eventStore, storedEvents } from '../checked';
import type { CheckedAppend } from '../checked';
import { ConcurrencyConflict, EventIdTaken } from '../errors';
import type { StoredEvent } from '../event';
import { jsonOf, RawJson } from '../raw-json';
import type { Appended, EventStore, Snapshot } from '../store';

const keyOf = (...parts: readonly (string | number)[]) => JSON.stringify(parts);
/** Rows by position, and the positions by id and by stream and version; the counters by stream, and of the store. */
const eventsOf = (tx: InMemoryTransaction) => tx.table<StoredEvent>('event_store.event');
const idsOf = (tx: InMemoryTransaction) => tx.table<number>('event_store.event-id');
const versionsOf = (tx: InMemoryTransaction) => tx.table<number>('event_store.stream-version');
const countersOf = (tx: InMemoryTransaction) => tx.table<number>('event_store.counter');
const snapshotsOf = (tx: InMemoryTransaction) => tx.table<Snapshot>('event_store.snapshot');

const HEAD = keyOf();
const headOf = (tx: InMemoryTransaction) => countersOf(tx).get(HEAD) ?? 0;
const versionOf = (tx: InMemoryTransaction, stream: string) => countersOf(tx).get(keyOf(stream)) ?? 0;
const at = (tx: InMemoryTransaction, position: number | undefined) => eventsOf(tx).get(String(position));
const counted = (from: number, until: number) => Array.from({ length: Math.max(0, until - from + 1) }, (_, n) => from + n);

/** As a database keeps it. */
const plain = <T>(value: T): T => JSON.parse(JSON.stringify(value)) as T;

/** Events in memory, for simulations and tests. Transactions come one after the other. */
export function inMemoryEventStore(options: { clock?: Clock } = {}): EventStore<InMemoryTransaction> {
  const { clock = systemClock } = options;
  return eventStore<InMemoryTransaction>({
    async write(tx, appends) {
      const repeated = appends.map((append) => repetitionOf(tx, append));
      const recordedAt = new Date(Math.max(clock.now(), at(tx, headOf(tx))?.recordedAt.getTime() ?? 0));
      return appends.map((append, index) => repeated[index] ?? insert(tx, append, recordedAt));
    },

    async readStream(tx, stream, { direction = 'forwards', from, recordedUntil, limit, raw } = {}) {
      const last = versionOf(tx, stream);
      const back = direction === 'backwards';
      const versions = back ? counted(1, Math.min(from ?? last, last)).reverse() : counted(Math.max(from ?? 1, 1), last);
      const events = versions.flatMap((version) => at(tx, versionsOf(tx).get(keyOf(stream, version))) ?? []);
      return events.filter((event) => !recordedUntil || event.recordedAt <= recordedUntil).slice(0, limit).map(given(raw));
    },

    async readAll(tx, { after, limit, types, recordedFrom, recordedUntil, raw }) {
      const found: StoredEvent[] = [];
      for (const position of counted(after + 1, headOf(tx))) {
        if (found.length >= limit) break;
        const event = at(tx, position);
        if (!event || (types && !types.includes(event.type))) continue;
        if (recordedFrom && event.recordedAt < recordedFrom) continue;
        if (recordedUntil && event.recordedAt > recordedUntil) continue;
        found.push(event);
      }
      return found.map(given(raw));
    },

    head: async (tx) => headOf(tx),
    readSnapshot: async (tx, stream, fold) => snapshotsOf(tx).get(keyOf(stream, fold)),

    async writeSnapshot(tx, snapshot) {
      const key = keyOf(snapshot.stream, snapshot.fold);
      if ((snapshotsOf(tx).get(key)?.version ?? 0) > snapshot.version) return;
      snapshotsOf(tx).set(key, { ...snapshot, state: plain(snapshot.state) });
    },
  });
}

/** Kept as text, as a database does. */
const given = (raw = false) => (event: StoredEvent): StoredEvent =>
  raw ? event : { ...event, data: JSON.parse((event.data as RawJson).text) as unknown };

/** What the append repeats; `undefined`: nothing, it may be written. */
function repetitionOf(tx: InMemoryTransaction, { stream, events, expected }: CheckedAppend): Appended | undefined {
  const found = events.flatMap(({ id }, index) => {
    const event = at(tx, idsOf(tx).get(id));
    return event ? [{ ...event, base: event.version - index - 1 }] : [];
  });
  const [first] = found;
  if (!first) {
    const actual = versionOf(tx, stream);
    if (expected !== undefined && expected !== actual) throw new ConcurrencyConflict({ stream, expected, actual });
    return undefined;
  }
  const inARow = found.every((event) => event.stream === stream && event.base === first.base);
  if (inARow && found.length === events.length && (expected ?? first.base) === first.base) {
    const { version, recordedAt } = found.at(-1) ?? first;
    return { stream, version, positions: found.map(({ position }) => position), recordedAt, repeated: true };
  }
  const takenBy = { stream: first.stream, version: first.version };
  throw new EventIdTaken({ stream, eventId: first.id, takenBy });
}

function insert(tx: InMemoryTransaction, { stream, events }: CheckedAppend, recordedAt: Date): Appended {
  const [head, version] = [headOf(tx), versionOf(tx, stream) + events.length];
  const positions = events.map((_, index) => head + index + 1);
  const appended = { stream, version, positions, recordedAt, repeated: false };
  for (const event of storedEvents(events, appended)) {
    const { id, position, data, metadata } = event;
    eventsOf(tx).set(String(position), { ...event, data: new RawJson(jsonOf(data)), metadata: plain(metadata) });
    idsOf(tx).set(id, position);
    versionsOf(tx).set(keyOf(stream, event.version), position);
  }
  countersOf(tx).set(HEAD, head + events.length);
  countersOf(tx).set(keyOf(stream), version);
  return appended;
}
