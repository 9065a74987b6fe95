import type { Clock } from '../clock';
import type { MessageStore, OutboxRow, StoredReply } from '../unit-of-work';
import type { InMemoryTransaction } from './unit-of-work';

type StoredRow = OutboxRow & { readonly streamVersion: number | undefined; readonly createdAt: number };
type Request = StoredReply & { readonly createdAt: number };

const DAY_MS = 86_400_000;
const key = (...parts: readonly string[]) => JSON.stringify(parts);

const inbox = (tx: InMemoryTransaction) => tx.table<{ id: string }>('messaging.inbox');
const outbox = (tx: InMemoryTransaction) => tx.table<StoredRow>('messaging.outbox');
const streams = (tx: InMemoryTransaction) => tx.table<number>('messaging.stream');
const attempts = (tx: InMemoryTransaction) => tx.table<number>('messaging.attempt');
const requests = (tx: InMemoryTransaction) => tx.table<Request>('messaging.request');

/** The library's tables in memory. Transactions run one after the other, so there is nothing to lock or to skip. */
export const inMemoryMessageStore = (clock: Clock): MessageStore<InMemoryTransaction> => ({
  async claim(tx, consumer, ids) {
    const table = inbox(tx);
    const fresh = [...new Set(ids)].filter((id) => !table.has(key(id, consumer)));
    for (const id of fresh.sort()) table.set(key(id, consumer), { id });
    return new Set(fresh);
  },

  record: (tx, rows, confirmed) => tx.pending(record(tx, rows, confirmed, clock.now())),

  async sweep(tx, { ageMs, limit, except }) {
    const skipped = new Set(except);
    return outbox(tx)
      .entries()
      .map(([, row]) => row)
      .filter(({ id, createdAt }) => createdAt < clock.now() - ageMs && !skipped.has(id))
      .sort((a, b) => (a.id < b.id ? -1 : 1))
      .slice(0, limit)
      .map(({ createdAt: _, ...row }) => row);
  },

  async recordAttempt(tx, consumer, id) {
    const count = (attempts(tx).get(key(id, consumer)) ?? 0) + 1;
    attempts(tx).set(key(id, consumer), count);
    return count;
  },

  async clearAttempt(tx, consumer, id) {
    attempts(tx).delete(key(id, consumer));
  },

  async takeKeys(tx, keys) {
    const table = requests(tx);
    const before = keys.flatMap((each) => table.get(key(each.scope, each.key)) ?? []);
    for (const each of keys)
      if (!table.has(key(each.scope, each.key)))
        table.set(key(each.scope, each.key), { ...each, reply: null, createdAt: clock.now() });
    return before.map(({ createdAt: _, ...stored }) => stored);
  },

  async storeReplies(tx, replies) {
    for (const { scope, key: name, reply } of replies) {
      const taken = requests(tx).get(key(scope, name));
      // As JSON, like a database does: what is not JSON must not seem to work.
      if (taken) requests(tx).set(key(scope, name), { ...taken, reply: JSON.parse(JSON.stringify(reply ?? null)) as unknown });
    }
  },

  async maintain(tx, retentionDays) {
    const horizon = Math.floor(clock.now() / DAY_MS - retentionDays) * DAY_MS;
    for (const [name, { id }] of inbox(tx).entries()) if (sentAt(id) < horizon) inbox(tx).delete(name);
    for (const [name, { createdAt }] of requests(tx).entries())
      if (createdAt < clock.now() - retentionDays * DAY_MS) requests(tx).delete(name);
    return false;
  },
});

async function record(tx: InMemoryTransaction, rows: readonly OutboxRow[], confirmed: readonly string[], now: number) {
  const versions = new Map<string, number>();
  for (const id of confirmed) outbox(tx).delete(id);
  for (const row of rows) {
    if (outbox(tx).has(row.id)) throw new Error(`The outbox has a message ${row.id} already`);
    if (row.stream !== undefined) {
      const version = (streams(tx).get(row.stream) ?? 0) + 1;
      streams(tx).set(row.stream, version);
      versions.set(row.id, version);
    }
    const headers = Object.fromEntries(Object.entries(row.headers).filter(([, value]) => value !== undefined));
    outbox(tx).set(row.id, { ...row, headers, streamVersion: versions.get(row.id), createdAt: now });
  }
  return versions;
}

/** A UUIDv7 begins with its time; other ids are kept for ever. */
const sentAt = (id: string) => (id[14] === '7' ? Number.parseInt(id.slice(0, 8) + id.slice(9, 13), 16) : Infinity);
