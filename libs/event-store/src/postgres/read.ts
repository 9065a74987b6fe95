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
const rangeIn = (table: string) => {
  const last = (condition: string) =>
    `(SELECT p.position FROM ${table} p WHERE p.recorded_at ${condition} ORDER BY p.recorded_at DESC, p.position DESC LIMIT 1)`;
  return `event.position > greatest($1::bigint, ${last('< $3::timestamptz')})
    AND event.position <= ${last(`<= coalesce($4::timestamptz, 'infinity')`)}`;
};

/** Reads all events from the table, or from a view of it. Statements of both may be prepared on one connection. */
export function readingAll(table: string, name: string) {
  const range = rangeIn(table);
  const all = reading(
    `${name}-all`,
    (columns) => `SELECT ${columns} FROM ${table} AS event WHERE ${range} ORDER BY event.position LIMIT $2::bigint`,
  );
  /**
   * Positions first, each type's from the index of types, at most as many as are asked for; then only the events that are given
   * back. In the order of that index: by positions alone, the planner would look for a rare type through all the others.
   */
  const ofTypes = reading(
    `${name}-types`,
    (columns) => `SELECT e.* FROM (
       SELECT c.position FROM (SELECT DISTINCT type FROM unnest($5::text[]) AS type) AS t
       CROSS JOIN LATERAL (
         SELECT event.position FROM ${table} AS event WHERE event.type = t.type AND ${range} ORDER BY event.type, event.position LIMIT $2::bigint
       ) AS c
       ORDER BY c.position LIMIT $2::bigint
     ) AS wanted
     CROSS JOIN LATERAL (SELECT ${columns} FROM ${table} AS event WHERE event.position = wanted.position OFFSET 0) AS e
     ORDER BY wanted.position`,
  );
  return async (tx: SqlTransaction, options: ReadAll): Promise<readonly StoredEvent[]> => {
    const { after, limit, types, recordedFrom, recordedUntil, raw } = options;
    const values = [after, limit, timeOf(recordedFrom), timeOf(recordedUntil)] as const;
    const how = raw ? 'raw' : 'parsed';
    return (await (types ? ofTypes[how](tx, ...values, types) : all[how](tx, ...values))).map(eventOf(raw));
  };
}

export const readAll = readingAll('event_store.event', 'event-store-read');

export async function readStream(tx: SqlTransaction, stream: string, options: ReadStream = {}) {
  const { direction = 'forwards', limit = null, recordedUntil } = options;
  const back = direction === 'backwards';
  const from = options.from ?? (back ? 2 ** 31 - 1 : 1);
  const read = (back ? backwards : forwards)[options.raw ? 'raw' : 'parsed'];
  return (await read(tx, stream, from, timeOf(recordedUntil), limit)).map(eventOf(options.raw));
}

function timeOf(time: Date | undefined): string | null {
  return time?.toISOString() ?? null;
}

const eventOf =
  (raw = false) =>
  (row: Row): StoredEvent => ({
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
