import type { EventMetadata } from '@comptoir/event-store';
import { packed, statement, unpacked, type SqlTransaction } from '@comptoir/messaging';
import type { Arrival } from '../arrival';
import type { Known } from '../placing';
import { lockLog } from './lock-log';

const LAST = `SELECT version FROM event_store.event e WHERE e.stream = a.stream ORDER BY version DESC LIMIT 1`;
const ARRIVALS = `unnest($1::text[], ${unpacked(2, 'int')}) AS a (stream, version)`;

const selectLast = statement<{ stream: string; version: number }>(
  'log-last-versions',
  `SELECT a.stream, l.version FROM (SELECT DISTINCT stream FROM ${ARRIVALS}) AS a CROSS JOIN LATERAL (${LAST}) AS l`,
);

interface HeldRow extends Omit<Arrival, 'occurredAt'> {
  readonly occurredAt: number;
  readonly metadata: EventMetadata;
}

/** Those at the versions of arrivals, and all of a stream whose next version has come: they may follow it. */
const selectHeld = statement<HeldRow>(
  'log-held-of-streams',
  `SELECT h.stream, h.version, h.event_id::text AS id, h.type, h.schema_version AS "schemaVersion", h.data::text AS json,
          h.metadata, (extract(epoch FROM h.occurred_at) * 1000)::float8 AS "occurredAt"
   FROM (
     SELECT a.stream, a.version AS first, a.version AS last FROM ${ARRIVALS}
     WHERE a.version <> 1 + coalesce((${LAST}), 0)
     UNION
     SELECT a.stream, 1, ${2 ** 31 - 1} FROM ${ARRIVALS} WHERE a.version = 1 + coalesce((${LAST}), 0)
   ) AS wanted
   CROSS JOIN LATERAL (
     SELECT * FROM event_log.held WHERE held.stream = wanted.stream AND held.version BETWEEN wanted.first AND wanted.last OFFSET 0
   ) AS h`,
);

const selectPlaces = statement<{ id: string; stream: string; version: number }>(
  'log-places-of-ids',
  `SELECT e.event_id::text AS id, e.stream, e.version FROM unnest(${unpacked(1, 'uuid')}) AS wanted (id)
   CROSS JOIN LATERAL (SELECT event_id, stream, version FROM event_store.event WHERE event_id = wanted.id OFFSET 0) AS e`,
);

/** Locks the log and reads what it knows of the arrivals' streams and ids: one round trip, two where events are held. */
export async function readKnown(tx: SqlTransaction, arrivals: readonly Arrival[]): Promise<Known> {
  const places = [arrivals.map(({ stream }) => stream), packed(arrivals.map(({ version }) => version))];
  const idsOf = (events: readonly { id: string }[]) => packed(events.map(({ id }) => id));
  const [, last, rows, arrived] = await Promise.all([
    lockLog(tx),
    selectLast(tx, ...places),
    selectHeld(tx, ...places),
    selectPlaces(tx, idsOf(arrivals)),
  ]);
  // A stream's versions may be wanted one by one and as a whole.
  const held = [...new Map(rows.map((row) => [`${row.version} ${row.stream}`, { ...row, occurredAt: new Date(row.occurredAt) }])).values()];
  const meanwhile = held.length > 0 ? await selectPlaces(tx, idsOf(held)) : [];
  return {
    last: new Map(last.map(({ stream, version }) => [stream, version])),
    held,
    places: new Map([...arrived, ...meanwhile].map(({ id, stream, version }) => [id, { stream, version }])),
  };
}
