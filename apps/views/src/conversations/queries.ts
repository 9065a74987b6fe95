import type { Queries } from '../rows/reads';
import type { Happening } from './happening';
import type { Run, Said } from './run';

/** What queries read; while the view is rebuilt that stays the old generation, up to the swap. */
const LIVE = `(SELECT generation FROM projection.generation WHERE name = 'conversations' AND live)`;

/** Where a page of runs ends: the time it is ordered by, and the run. */
export interface RunPlace {
  readonly at: string;
  readonly conversation: string;
  readonly flow: string;
}

export interface RunsQuery {
  readonly flow: string | undefined;
  readonly after: RunPlace | undefined;
  readonly limit: number;
}

const RUN = 'conversation, flow, messages, started_at AS "startedAt", last_at AS "lastAt", ended, late_from AS "lateFrom"';

/** The stuck ones, the longest late first: they have not ended, and by the database's clock something is overdue. */
export const stuckRuns = (reads: Queries, query: RunsQuery) =>
  runs(reads, query, { time: 'late_from', direction: 'ASC', condition: 'late_from < now()' });

/** All of them, the latest begun first. */
export const latestRuns = (reads: Queries, query: RunsQuery) =>
  runs(reads, query, { time: 'started_at', direction: 'DESC', condition: undefined });

interface RunOrder {
  readonly time: 'late_from' | 'started_at';
  readonly direction: 'ASC' | 'DESC';
  readonly condition: string | undefined;
}

function runs(reads: Queries, { flow, after, limit }: RunsQuery, { time, direction, condition }: RunOrder) {
  const values: unknown[] = [limit];
  const value = (given: unknown, type: string) => `$${values.push(given)}::${type}`;
  const where = [`generation = ${LIVE}`];
  if (condition) where.push(condition);
  if (flow !== undefined) where.push(`flow = ${value(flow, 'text')}`);
  if (after) {
    const place = [value(after.at, 'timestamptz'), value(after.conversation, 'text'), value(after.flow, 'text')];
    where.push(`(${time}, conversation, flow) ${direction === 'ASC' ? '>' : '<'} (${place.join(', ')})`);
  }
  const order = [time, 'conversation', 'flow'].map((column) => `${column} ${direction}`).join(', ');
  return reads.query<Run>(`SELECT ${RUN} FROM conversations.run WHERE ${where.join(' AND ')} ORDER BY ${order} LIMIT $1::int`, values);
}

const SAID = `conversation, flow, type, times, first_id::text AS "firstId", first_at AS "firstAt", last_id::text AS "lastId",
  last_at AS "lastAt"`;

/** What was said in these conversations. */
export const saidIn = (reads: Queries, conversations: readonly string[]) =>
  reads.query<Said>(
    `SELECT ${SAID} FROM conversations.said WHERE generation = ${LIVE} AND conversation = ANY ($1::text[])
     ORDER BY conversation, flow, type`,
    [conversations],
  );

/** A conversation's events in the order of the log, after a position. */
export const timeline = (reads: Queries, conversation: string, after: number, limit: number) =>
  reads.query<Happening>(
    `SELECT conversation, position::float8 AS position, event_id::text AS "eventId", type, flow, said_by AS "saidBy",
       caused_by AS "causedBy", stream, version, said_at AS "saidAt", summary
     FROM conversations.message WHERE generation = ${LIVE} AND conversation = $1::text AND position > $2::bigint
     ORDER BY position LIMIT $3::int`,
    [conversation, after, limit],
  );

/** The database's clock, and how far the view has come in the log. */
export async function asOf(reads: Queries): Promise<{ readonly now: Date; readonly position: number }> {
  const [row] = await reads.query<{ now: Date; position: number }>(
    `SELECT now() AS now, coalesce((SELECT position FROM projection.generation WHERE name = 'conversations' AND live), 0)::float8 AS position`,
  );
  return row ?? { now: new Date(), position: 0 };
}
