import { statement } from '@comptoir/messaging';
import type { SqlTransaction } from '@comptoir/messaging';
import type { EventMetadata, StoredEvent } from '../event';
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
const COLUMNS = `position::float8 AS position, stream, version, event_id::text AS event_id, type, schema_version, data, metadata,
  (extract(epoch FROM occurred_at) * 1000)::float8 AS occurred_at, (extract(epoch FROM recorded_at) * 1000)::float8 AS recorded_at`;

const forwards = statement<Row>(
  'event-store-read-forwards',
  `SELECT ${COLUMNS} FROM event_store.event
   WHERE stream = $1 AND version >= $2::int AND recorded_at <= coalesce($3::timestamptz, 'infinity')
   ORDER BY version LIMIT $4::bigint`,
);

const backwards = statement<Row>(
  'event-store-read-backwards',
  `SELECT ${COLUMNS} FROM event_store.event
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
  const all = statement<Row>(
    `${name}-all`,
    `SELECT ${COLUMNS} FROM ${table} AS event WHERE ${range} ORDER BY event.position LIMIT $2::bigint`,
  );
  /** Each type by its own index, at most as many as are asked for. */
  const ofTypes = statement<Row>(
    `${name}-types`,
    `SELECT e.* FROM (SELECT DISTINCT type FROM unnest($5::text[]) AS type) AS t
     CROSS JOIN LATERAL (
       SELECT ${COLUMNS} FROM ${table} AS event WHERE event.type = t.type AND ${range} ORDER BY event.position LIMIT $2::bigint
     ) AS e
     ORDER BY e.position LIMIT $2::bigint`,
  );
  return async (tx: SqlTransaction, options: ReadAll): Promise<readonly StoredEvent[]> => {
    const { after, limit, types, recordedFrom, recordedUntil } = options;
    const values = [after, limit, timeOf(recordedFrom), timeOf(recordedUntil)] as const;
    return (await (types ? ofTypes(tx, ...values, types) : all(tx, ...values))).map(eventOf);
  };
}

export const readAll = readingAll('event_store.event', 'event-store-read');

export async function readStream(tx: SqlTransaction, stream: string, options: ReadStream = {}) {
  const { direction = 'forwards', limit = null, recordedUntil } = options;
  const back = direction === 'backwards';
  const from = options.from ?? (back ? 2 ** 31 - 1 : 1);
  return (await (back ? backwards : forwards)(tx, stream, from, timeOf(recordedUntil), limit)).map(eventOf);
}

function timeOf(time: Date | undefined): string | null {
  return time?.toISOString() ?? null;
}

function eventOf(row: Row): StoredEvent {
  return {
    position: row.position,
    stream: row.stream,
    version: row.version,
    id: row.event_id,
    type: row.type,
    schemaVersion: row.schema_version,
    data: row.data,
    metadata: row.metadata,
    occurredAt: new Date(row.occurred_at),
    recordedAt: new Date(row.recorded_at),
  };
}
