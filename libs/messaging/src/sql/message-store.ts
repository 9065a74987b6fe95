import type { MessageStore, SqlTransaction } from '../unit-of-work';
import { clearAttempt, recordAttempt } from './attempts';
import { claim } from './claim';
import { storeReplies, takeKeys, takenBefore } from './idempotency-keys';
import { FORGET_AT_MOST, maintain } from './maintain';
import { packed } from './packed';
import { record } from './record';
import { sweep } from './sweep';

/** The library's tables by SQL, on a pg or a Prisma transaction alike. */
export const sqlMessageStore: MessageStore<SqlTransaction> = {
  async claim(tx, consumer, ids) {
    const rows = await claim(tx, consumer, packed([...ids].sort()));
    return new Set(rows.map((row) => row.message_id));
  },

  async record(tx, rows, confirmed) {
    const stored = await record(
      tx,
      packed(rows.map((row) => row.id)),
      packed(rows.map((row) => row.exchange)),
      packed(rows.map((row) => row.routingKey)),
      packed(rows.map((row) => row.type)),
      packed(rows.map((row) => row.body)),
      packed(rows.map((row) => row.correlationId)),
      packed(rows.map((row) => JSON.stringify(row.headers))),
      packed(rows.map((row) => row.timestamp)),
      packed(rows.map((row) => row.mandatory)),
      packed(rows.map((row) => row.stream)),
      packed(confirmed),
    );
    const versions = new Map<string, number>();
    for (const row of stored) if (row.stream_version !== null) versions.set(row.id, row.stream_version);
    return versions;
  },

  async sweep(tx, { ageMs, limit, except }) {
    const rows = await sweep(tx, ageMs, limit, except);
    return rows.map((row) => ({
      id: row.id,
      exchange: row.exchange,
      routingKey: row.routing_key,
      type: row.type,
      body: row.body,
      correlationId: row.correlation_id,
      headers: row.headers,
      timestamp: Number(row.sent_at),
      mandatory: row.mandatory,
      stream: row.stream ?? undefined,
      streamVersion: row.stream_version ?? undefined,
    }));
  },

  async recordAttempt(tx, consumer, id) {
    const [row] = await recordAttempt(tx, consumer, id);
    return row?.attempts ?? 0;
  },

  async clearAttempt(tx, consumer, id) {
    await clearAttempt(tx, consumer, id);
  },

  async takeKeys(tx, keys) {
    const scopes = keys.map((each) => each.scope);
    const names = keys.map((each) => each.key);
    const taken = await takeKeys(tx, scopes, names, keys.map((each) => each.fingerprint));
    if (taken.length === keys.length) return [];
    const now = new Set(taken.map((each) => JSON.stringify([each.scope, each.key])));
    const stored = await takenBefore(tx, scopes, names);
    return stored.filter((each) => !now.has(JSON.stringify([each.scope, each.key])));
  },

  async storeReplies(tx, replies) {
    await storeReplies(
      tx,
      replies.map((each) => each.scope),
      replies.map((each) => each.key),
      replies.map((each) => JSON.stringify(each.reply ?? null)),
    );
  },

  async maintain(tx, retentionDays) {
    const [row] = await maintain(tx, retentionDays, FORGET_AT_MOST);
    return row?.forgotten === FORGET_AT_MOST;
  },
};
