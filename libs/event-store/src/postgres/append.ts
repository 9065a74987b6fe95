import { packed, statement, unpacked } from '@comptoir/messaging';
import type { SqlTransaction } from '@comptoir/messaging';
import type { CheckedAppend } from '../checked';
import { ConcurrencyConflict, EventIdTaken } from '../errors';
import { jsonOf } from '../raw-json';
import type { Appended } from '../store';

/**
 * Held to the end of the transaction. A statement of its own: the next one then sees everything that was committed while
 * this one waited. Both travel together.
 */
const lockHead = statement('event-store-lock-head', 'SELECT FROM event_store.head WHERE one FOR UPDATE');

interface Row {
  readonly nth: string;
  readonly outcome: 'appended' | 'repeated' | 'conflict' | 'taken';
  readonly actual: number;
  readonly version: number;
  /** NULL where nothing is there; so is the time. */
  readonly positions: readonly number[] | null;
  readonly recorded_at: Date | null;
  readonly taken: { readonly id: string; readonly stream: string; readonly version: number } | null;
}

/**
 * Judges every append and, if none is refused, writes all that are not repetitions. A repetition has all its ids in its own
 * stream, at consecutive versions (`base` is the version before them). Rows are found by key whatever the planner thinks.
 */
const appendEvents = statement<Row>(
  'event-store-append',
  `WITH append AS (
     SELECT * FROM unnest($1::text[], ${unpacked(2, 'int')}, ${unpacked(3, 'int')}) WITH ORDINALITY
       AS a (stream, expected, count, nth)
   ), incoming AS (
     SELECT i.*, row_number() OVER (PARTITION BY nth ORDER BY place)::int AS offs
     FROM unnest(${unpacked(4, 'bigint')}, ${unpacked(5, 'uuid')}, ${unpacked(6, 'text')}, ${unpacked(7, 'int')},
                 ${unpacked(8, 'text')}, ${unpacked(9, 'text')}, ${unpacked(10, 'float8')})
       WITH ORDINALITY AS i (nth, id, type, schema_version, data, metadata, occurred_at, place)
   ), found AS (
     SELECT i.nth, count(*)::int AS count, min(e.version - i.offs) AS base,
            bool_and(e.stream = a.stream) AND min(e.version - i.offs) = max(e.version - i.offs) AS in_a_row,
            array_agg(e.position::float8 ORDER BY i.place) AS positions, max(e.recorded_at) AS recorded_at,
            (array_agg(json_build_object('id', i.id, 'stream', e.stream, 'version', e.version) ORDER BY i.place))[1] AS taken
     FROM incoming i JOIN append a USING (nth)
     CROSS JOIN LATERAL (SELECT stream, version, position, recorded_at FROM event_store.event WHERE event_id = i.id OFFSET 0) AS e
     GROUP BY i.nth
   ), judged AS (
     SELECT a.*, l.actual, f.base, f.positions, f.recorded_at, f.taken,
            CASE WHEN f.nth IS NULL AND (a.expected IS NULL OR a.expected = l.actual) THEN 'appended'
                 WHEN f.nth IS NULL THEN 'conflict'
                 WHEN f.in_a_row AND f.count = a.count AND (a.expected IS NULL OR a.expected = f.base) THEN 'repeated'
                 ELSE 'taken' END AS outcome
     FROM append a
     CROSS JOIN LATERAL (
       SELECT coalesce((SELECT version FROM event_store.event WHERE stream = a.stream ORDER BY version DESC LIMIT 1), 0) AS actual
     ) AS l
     LEFT JOIN found f USING (nth)
   ), fresh AS (
     SELECT i.*, j.stream, j.actual + i.offs AS version, row_number() OVER (ORDER BY i.place) AS number
     FROM incoming i JOIN judged j USING (nth)
     WHERE j.outcome = 'appended' AND NOT EXISTS (SELECT FROM judged WHERE outcome IN ('conflict', 'taken'))
   ), moved AS (
     UPDATE event_store.head h
     SET position = h.position + n.count, recorded_at = greatest(h.recorded_at, clock_timestamp())
     FROM (SELECT count(*) AS count FROM fresh) AS n
     WHERE h.one AND n.count > 0
     RETURNING h.position - n.count AS before, h.recorded_at
   ), written AS (
     INSERT INTO event_store.event
       (position, stream, version, event_id, type, schema_version, data, metadata, occurred_at, recorded_at)
     SELECT before + number, stream, version, id, type, schema_version, data::json, metadata::json,
            coalesce(to_timestamp(occurred_at / 1000), recorded_at), recorded_at
     FROM fresh CROSS JOIN moved ORDER BY number
     RETURNING event_id, position, recorded_at
   ), numbered AS (
     SELECT i.nth, array_agg(w.position::float8 ORDER BY w.position) AS positions, max(w.recorded_at) AS recorded_at
     FROM written w JOIN incoming i ON i.id = w.event_id GROUP BY i.nth
   )
   SELECT j.nth, j.outcome, j.actual, coalesce(j.base, j.actual) + j.count AS version,
          coalesce(j.positions, n.positions) AS positions,
          coalesce(j.recorded_at, n.recorded_at) AS recorded_at, j.taken
   FROM judged j LEFT JOIN numbered n USING (nth) ORDER BY j.nth`,
);

export async function write(tx: SqlTransaction, appends: readonly CheckedAppend[]): Promise<readonly Appended[]> {
  const events = appends.flatMap((append, index) => append.events.map((event) => ({ ...event, nth: index + 1 })));
  const [, rows] = await Promise.all([
    lockHead(tx),
    appendEvents(
      tx,
      appends.map(({ stream }) => stream),
      packed(appends.map(({ expected }) => expected)),
      packed(appends.map((append) => append.events.length)),
      packed(events.map(({ nth }) => nth)),
      packed(events.map(({ id }) => id)),
      packed(events.map(({ type }) => type)),
      packed(events.map(({ schemaVersion }) => schemaVersion)),
      packed(events.map(({ data }) => jsonOf(data))),
      packed(events.map(({ metadata }) => JSON.stringify(metadata))),
      packed(events.map(({ occurredAt }) => occurredAt?.getTime())),
    ),
  ]);
  const refused = rows.find(({ outcome }) => outcome === 'conflict' || outcome === 'taken');
  if (refused) throw refusal(appends[Number(refused.nth) - 1] as CheckedAppend, refused);
  return rows.map(({ outcome, version, positions, recorded_at }, index) => ({
    stream: (appends[index] as CheckedAppend).stream,
    version,
    positions: positions as readonly number[],
    recordedAt: recorded_at as Date,
    repeated: outcome === 'repeated',
  }));
}

function refusal({ stream, expected = 0 }: CheckedAppend, { actual, taken }: Row): Error {
  if (!taken) return new ConcurrencyConflict({ stream, expected, actual });
  const { id: eventId, ...takenBy } = taken;
  return new EventIdTaken({ stream, eventId, takenBy });
}
