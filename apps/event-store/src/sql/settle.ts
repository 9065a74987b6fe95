import { packed, statement, unpacked, type SqlTransaction } from '@comptoir/messaging';
import type { Arrival } from '../arrival';
import type { Placed } from '../placing';

const events = (first: number) => `unnest($${first}::text[], ${unpacked(first + 1, 'int')}, ${unpacked(first + 2, 'uuid')}, $${first + 3}::text[],
    ${unpacked(first + 4, 'int')}, ${unpacked(first + 5, 'text')}, ${unpacked(first + 6, 'text')}, ${unpacked(first + 7, 'float8')})`;
const COLUMNS = 'stream, version, event_id, type, schema_version, data, metadata, occurred_at';
const VALUES = 'e.stream, e.version, e.event_id, e.type, e.schema_version, e.data::json, e.metadata::json, to_timestamp(e.occurred_at / 1000)';

const release = statement(
  'log-release',
  `DELETE FROM event_log.held USING unnest($1::text[], ${unpacked(2, 'int')}) AS r (stream, version)
   WHERE held.stream = r.stream AND held.version = r.version`,
);

const keep = statement(
  'log-keep',
  `WITH held AS (
     INSERT INTO event_log.held (${COLUMNS}) SELECT ${VALUES} FROM ${events(1)} AS e (${COLUMNS})
   )
   INSERT INTO event_log.quarantine (${COLUMNS}, reason)
   SELECT ${VALUES}, r.reason FROM ${events(9)} WITH ORDINALITY AS e (${COLUMNS}, place)
   JOIN unnest($17::text[]) WITH ORDINALITY AS r (reason, place) USING (place) ORDER BY place
   ON CONFLICT (event_id, stream, version) DO NOTHING`,
);

const columnsOf = (of: readonly Arrival[]) => [
  of.map(({ stream }) => stream),
  packed(of.map(({ version }) => version)),
  packed(of.map(({ id }) => id)),
  of.map(({ type }) => type),
  packed(of.map(({ schemaVersion }) => schemaVersion)),
  packed(of.map(({ json }) => json)),
  packed(of.map(({ metadata }) => JSON.stringify(metadata))),
  packed(of.map(({ occurredAt }) => occurredAt.getTime())),
];

/** Holds, releases and quarantines. One that is quarantined already, with the same place, is not listed twice. */
export async function saveSettled(tx: SqlTransaction, placed: Placed): Promise<void> {
  const { hold, quarantine } = placed;
  const saving: Promise<unknown>[] = [];
  // First: another may be held where one is released.
  if (placed.release.length > 0)
    saving.push(release(tx, placed.release.map(({ stream }) => stream), packed(placed.release.map(({ version }) => version))));
  if (hold.length + quarantine.length > 0)
    saving.push(keep(tx, ...columnsOf(hold), ...columnsOf(quarantine.map(({ event }) => event)), quarantine.map(({ reason }) => reason)));
  await Promise.all(saving);
}
