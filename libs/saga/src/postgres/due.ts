import { statement } from '@comptoir/messaging';
import type { SqlTransaction } from '@comptoir/messaging';
import type { Due } from '../store';
import type { InstanceRow } from './rows';
import { COLUMNS, instanceOf, slotOf } from './rows';

const dueDeadlines = statement<InstanceRow>(
  'saga-due-deadlines',
  `SELECT ${COLUMNS('i')} FROM (SELECT *, NULL::timestamptz AS ended_at FROM saga.live
     WHERE type = $1 AND deadline_slot <= $2 AND deadline <= least($3::timestamptz, now())
     ORDER BY deadline LIMIT $4 FOR UPDATE SKIP LOCKED) AS i
   ORDER BY conversation`,
);

/** The timer is locked as well: one that moved meanwhile is looked at again as it is now. */
const dueTimers = statement<InstanceRow & { readonly name: string }>(
  'saga-due-timers',
  `SELECT ${COLUMNS('l')}, t.name FROM (
     SELECT conversation, name FROM saga.timer due
     WHERE type = $1 AND due <= least($2::timestamptz, now()) AND EXISTS (
       SELECT FROM saga.live WHERE conversation = due.conversation AND type = $1 AND status <> 'parked' OFFSET 0)
     ORDER BY due LIMIT $3 FOR UPDATE SKIP LOCKED
   ) AS t
   CROSS JOIN LATERAL (
     SELECT *, NULL::timestamptz AS ended_at FROM saga.live
     WHERE conversation = t.conversation AND type = $1 AND status <> 'parked' FOR UPDATE SKIP LOCKED
   ) AS l
   ORDER BY l.conversation, t.name`,
);

const nextDue = statement<{ readonly now: Date; readonly next: Date | null }>(
  'saga-next-due',
  `SELECT clock_timestamp() AS now, least(
     (SELECT min(deadline) FROM saga.live WHERE type = $1 AND deadline_slot =
       (SELECT min(deadline_slot) FROM saga.live WHERE type = $1)),
     (SELECT due FROM (SELECT type, due FROM saga.timer ORDER BY due OFFSET 0) AS t WHERE type = $1 LIMIT 1)) AS next`,
);

export async function due(
  tx: SqlTransaction,
  type: string,
  { horizon, limit }: { horizon: Date; limit: number },
): Promise<Due> {
  const [deadlines, timers, [clock]] = await Promise.all([
    dueDeadlines(tx, type, slotOf(horizon), horizon.toISOString(), limit),
    dueTimers(tx, type, horizon.toISOString(), limit),
    nextDue(tx, type),
  ]);
  return {
    now: clock?.now ?? new Date(0),
    deadlines: deadlines.map(instanceOf),
    timers: timers.map((row) => ({ instance: instanceOf(row), name: row.name })),
    next: clock?.next ?? undefined,
  };
}
