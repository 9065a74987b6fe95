import { statement } from '@comptoir/messaging';
import type { Loaded } from '../store';
import type { SqlTransaction } from '@comptoir/messaging';
import type { InstanceRow } from './rows';
import { COLUMNS, instanceOf } from './rows';

type Row = { readonly now: Date } & (InstanceRow | { readonly conversation: null });

/** The time comes with the rows, and also where there are none. */
const lockSagas = statement<Row>(
  'saga-load',
  `WITH locked AS (
     SELECT *, NULL::timestamptz AS ended_at FROM saga.live
     WHERE type = $1 AND conversation = ANY($2::text[])
     ORDER BY conversation FOR UPDATE
   ), found AS (
     SELECT ${COLUMNS('l')} FROM locked l
     UNION ALL
     SELECT ${COLUMNS('i')} FROM saga.instance i
     WHERE i.type = $1 AND i.ended_at IS NOT NULL AND i.conversation IN
       (SELECT key FROM unnest($2::text[]) AS key WHERE NOT EXISTS (SELECT FROM locked WHERE locked.conversation = key))
   )
   SELECT clock_timestamp() AS now, ${COLUMNS('f')} FROM (VALUES (1)) AS one LEFT JOIN found f ON true`,
);

export async function load(tx: SqlTransaction, type: string, conversations: readonly string[]): Promise<Loaded> {
  const rows = await lockSagas(tx, type, conversations);
  const instances = rows.flatMap((row) => (row.conversation === null ? [] : [instanceOf(row)]));
  const latest = Math.max(...rows.map(({ now }) => now.getTime()), ...instances.map(({ updatedAt }) => updatedAt.getTime()));
  return { now: new Date(latest), instances: new Map(instances.map((instance) => [instance.conversation, instance])) };
}
