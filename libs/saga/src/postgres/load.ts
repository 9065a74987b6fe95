import { statement } from '@comptoir/messaging';
import type { Loaded } from '../store';
import type { SqlTransaction } from '@comptoir/messaging';
import type { InstanceRow } from './rows';
import { COLUMNS, instanceOf, millisecondsOf, RAW } from './rows';

type Row = { readonly now: number } & (InstanceRow | { readonly conversation: null });

/**
 * The time comes with the rows, and also where there are none. Each key is looked up by itself, by its index, whatever the
 * planner thinks of the tables' sizes: in key order, so that two transactions never wait for each other in a circle.
 */
const lockSagas = statement<Row>(
  'saga-load',
  `WITH locked AS (
     SELECT l.* FROM (SELECT key FROM unnest($2::text[]) AS key ORDER BY key COLLATE "C") AS wanted
     CROSS JOIN LATERAL (
       SELECT *, NULL::timestamptz AS ended_at FROM saga.live WHERE conversation = key AND type = $1 FOR UPDATE
     ) AS l
   ), found AS (
     SELECT ${RAW('l')} FROM locked l
     UNION ALL
     SELECT ${RAW('e')} FROM (
       SELECT key FROM unnest($2::text[]) AS key WHERE NOT EXISTS (SELECT FROM locked WHERE conversation = key) OFFSET 0
     ) AS missing
     CROSS JOIN LATERAL (
       SELECT *, NULL::text AS step, NULL::timestamptz AS deadline, ended_at AS updated_at
       FROM saga.ended WHERE conversation = key AND type = $1 LIMIT 1
     ) AS e
   )
   SELECT ${millisecondsOf('clock_timestamp()')} AS now, ${COLUMNS('f')} FROM (VALUES (1)) AS one LEFT JOIN found f ON true`,
);

export async function load(tx: SqlTransaction, type: string, conversations: readonly string[]): Promise<Loaded> {
  const rows = await lockSagas(tx, type, conversations);
  const instances = rows.flatMap((row) => (row.conversation === null ? [] : [instanceOf(row)]));
  const latest = Math.max(...rows.map(({ now }) => now), ...instances.map(({ updatedAt }) => updatedAt.getTime()));
  return { now: new Date(latest), instances: new Map(instances.map((instance) => [instance.conversation, instance])) };
}
