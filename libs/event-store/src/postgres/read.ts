import { statement } from '@comptoir/messaging';
import type { SqlTransaction } from '@comptoir/messaging';
import type { EventMetadata, StoredEvent } from '../event';
import { RawJson } from '../raw-json';
import type { ReadAll, ReadStream } from '../store';

interface Row {
  readonly position: number;
  readonly stream: string;
  readonly version: number;
  readonly event_id: string;
  readonly type: string;
  readonly schema_version: number;
  readonly data: unknown;
  readonly metadata: EventMetadata;
  readonly occurred_at: number;
  readonly recorded_at: number;
}

/** Numbers are read much faster than the text of a bigint or of a timestamp. */
const columns = (raw: boolean) => `position::float8 AS position, stream, version, event_id::text AS event_id, type, schema_version,
  ${raw ? 'data::text AS data' : 'data'}, metadata,
  (extract(epoch FROM occurred_at) * 1000)::float8 AS occurred_at, (extract(epoch FROM recorded_at) * 1000)::float8 AS recorded_at`;

type Read = ReturnType<typeof statement<Row>>;

/** Each read comes in two: with data parsed by the driver, and as text. */
const reading = (name: string, sql: (columns: string) => string): { readonly parsed: Read; readonly raw: Read } => ({
  parsed: statement<Row>(name, sql(columns(false))),
  raw: statement<Row>(`${name}-raw`, sql(columns(true))),
});

const forwards = reading(
  'event-store-read-forwards',
  (columns) => `SELECT ${columns} FROM event_store.event
   WHERE stream = $1 AND version >= $2::int AND recorded_at <= coalesce($3::timestamptz, 'infinity')
   ORDER BY version LIMIT $4::bigint`,
);

const backwards = reading(
  'event-store-read-backwards',
  (columns) => `SELECT ${columns} FROM event_store.event
   WHERE stream = $1 AND version <= $2::int AND recorded_at <= coalesce($3::timestamptz, 'infinity')
   ORDER BY version DESC LIMIT $4::bigint`,
);

/** Positions are recorded in order, so a period is a range of them: both ends are looked up instead of read through. */
const RANGE = (() => {
  const last = (condition: string) =>
    `(SELECT p.position FROM event_store.event p WHERE p.recorded_at ${condition} ORDER BY p.recorded_at DESC, p.position DESC LIMIT 1)`;
  return `event.position > greatest($1::bigint, ${last('< $3::timestamptz')})
    AND event.position <= ${last(`<= coalesce($4::timestamptz, 'infinity')`)}`;
})();

const all = reading(
  'event-store-read-all',
  (columns) => `SELECT ${columns} FROM event_store.event WHERE ${RANGE} ORDER BY event.position LIMIT $2::bigint`,
);

/** Each type by its own index, at most as many as are asked for. */
const ofTypes = reading(
  'event-store-read-types',
  (columns) => `SELECT e.* FROM (SELECT DISTINCT type FROM unnest($5::text[]) AS type) AS t
   CROSS JOIN LATERAL (
     SELECT ${columns} FROM event_store.event WHERE event.type = t.type AND ${RANGE} ORDER BY event.position LIMIT $2::bigint
   ) AS e
   ORDER BY e.position LIMIT $2::bigint`,
);

export async function readStream(tx: SqlTransaction, stream: string, options: ReadStream = {}) {
  const { direction = 'forwards', limit = null, recordedUntil } = options;
  const back = direction === 'backwards';
  const from = options.from ?? (back ? 2 ** 31 - 1 : 1);
  const read = (back ? backwards : forwards)[options.raw ? 'raw' : 'parsed'];
  return (await read(tx, stream, from, timeOf(recordedUntil), limit)).map(eventOf(options.raw));
}

export async function readAll(tx: SqlTransaction, options: ReadAll): Promise<readonly StoredEvent[]> {
  const { after, limit, types, recordedFrom, recordedUntil } = options;
  const range = [after, limit, timeOf(recordedFrom), timeOf(recordedUntil)] as const;
  const how = options.raw ? 'raw' : 'parsed';
  return (await (types ? ofTypes[how](tx, ...range, types) : all[how](tx, ...range))).map(eventOf(options.raw));
}

const timeOf = (time: Date | undefined) => time?.toISOString() ?? null;

const eventOf = (raw = false) => (row: Row): StoredEvent => ({
  position: row.position,
  stream: row.stream,
  version: row.version,
  id: row.event_id,
  type: row.type,
  schemaVersion: row.schema_version,
  data: raw ? new RawJson(row.data as string) : row.data,
  metadata: row.metadata,
  occurredAt: new Date(row.occurred_at),
  recordedAt: new Date(row.recorded_at),
});
