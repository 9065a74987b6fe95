import { packed, unpacked, statement } from '@comptoir/messaging';
import type { SqlTransaction } from '@comptoir/messaging';
import { isEnded } from '../instance';
import type { SagaChange } from '../store';
import { slotOf } from './rows';

/**
 * A batch in one statement: starts, moves and ends its instances and tells their history. `expected` is the version that
 * was loaded, 0 for a saga that starts; where any instance is no longer at it (or a saga of that key has ended
 * meanwhile), nothing is written. Rows are found by key whatever the planner thinks: upserts and row ids leave it no choice.
 */
const saveSagas = statement(
  'saga-save',
  `WITH change AS (
     SELECT conversation, definition_version, status, step, label, data, progress, version, expected, deadline_slot,
            to_timestamp(deadline / 1000) AS deadline, to_timestamp(started_at / 1000) AS started_at,
            to_timestamp(updated_at / 1000) AS updated_at, to_timestamp(ended_at / 1000) AS ended_at
     FROM unnest($2::text[], ${unpacked(3, 'int')}, ${unpacked(4, 'text')}, ${unpacked(5, 'text')}, ${unpacked(6, 'text')},
                 ${unpacked(7, 'text')}, ${unpacked(8, 'text')}, ${unpacked(9, 'int')}, ${unpacked(10, 'int')}, ${unpacked(11, 'int')},
                 ${unpacked(12, 'float8')}, ${unpacked(13, 'float8')}, ${unpacked(14, 'float8')}, ${unpacked(15, 'float8')})
       AS c (conversation, definition_version, status, step, label, data, progress, version, expected, deadline_slot, deadline,
             started_at, updated_at, ended_at)
   ), kept AS (
     INSERT INTO saga.live AS l (type, conversation, definition_version, status, step, label, data, progress, version,
                                 written_from, deadline, deadline_slot, started_at, updated_at)
     SELECT $1, conversation, definition_version, status, step, label, data::json, progress::json, version, expected, deadline,
            deadline_slot, started_at, updated_at
     FROM change WHERE ended_at IS NULL ORDER BY conversation COLLATE "C"
     ON CONFLICT (conversation, type) DO UPDATE
     SET status = excluded.status, step = excluded.step, label = excluded.label, data = coalesce(excluded.data, l.data),
         progress = excluded.progress, version = excluded.version, written_from = excluded.written_from,
         deadline = excluded.deadline, deadline_slot = excluded.deadline_slot, updated_at = excluded.updated_at
     WHERE l.version = excluded.written_from
     RETURNING 1
   ), ended_before AS (
     SELECT FROM (SELECT conversation FROM change WHERE expected = 0 OFFSET 0) AS c
     CROSS JOIN LATERAL (SELECT FROM saga.ended e WHERE e.conversation = c.conversation AND e.type = $1 LIMIT 1) AS e
   ), finished AS (
     DELETE FROM saga.live WHERE ctid = ANY (ARRAY(
       SELECT l.ctid FROM change c CROSS JOIN LATERAL (
         SELECT ctid, version FROM saga.live WHERE conversation = c.conversation AND type = $1 OFFSET 0
       ) AS l
       WHERE c.ended_at IS NOT NULL AND l.version = c.expected
     ))
     RETURNING conversation, data
   ), buried AS (
     INSERT INTO saga.ended (type, conversation, definition_version, status, label, data, progress, version, started_at, ended_at)
     SELECT $1, c.conversation, c.definition_version, c.status, c.label, coalesce(c.data::json, f.data), c.progress::json,
            c.version, c.started_at, c.ended_at
     FROM change c LEFT JOIN finished f ON f.conversation = c.conversation
     WHERE c.ended_at IS NOT NULL AND (c.expected = 0 OR f.conversation IS NOT NULL)
     RETURNING 1
   ), untimed AS (
     DELETE FROM saga.timer WHERE ctid = ANY (ARRAY(
       SELECT t.ctid FROM change c CROSS JOIN LATERAL (
         SELECT ctid FROM saga.timer WHERE conversation = c.conversation AND type = $1 OFFSET 0
       ) AS t
       WHERE c.ended_at IS NOT NULL
     ))
   ), told AS (
     INSERT INTO saga.history (id, type, conversation, version, at, input, cause_id, events, sent, status, step, label)
     SELECT id, $1, conversation, version, to_timestamp(at / 1000), input, cause_id, events::json, sent::uuid[], status, step, label
     FROM unnest(${unpacked(16, 'uuid')}, $17::text[], ${unpacked(18, 'int')}, ${unpacked(19, 'float8')}, ${unpacked(20, 'text')},
                 ${unpacked(21, 'uuid')}, ${unpacked(22, 'text')}, ${unpacked(23, 'text')}, ${unpacked(24, 'text')},
                 ${unpacked(25, 'text')}, ${unpacked(26, 'text')})
       AS h (id, conversation, version, at, input, cause_id, events, sent, status, step, label)
   )
   SELECT CASE WHEN (SELECT count(*) FROM kept) + (SELECT count(*) FROM buried) = cardinality($2::text[])
     AND NOT EXISTS (SELECT FROM ended_before) THEN 0 ELSE saga.conflict() END`,
);

const setTimers = statement(
  'saga-set-timers',
  `INSERT INTO saga.timer AS t (type, conversation, name, generation, due)
   SELECT $1, conversation, name, 1, due FROM unnest($2::text[], $3::text[], $4::timestamptz[]) AS s (conversation, name, due)
   ORDER BY conversation COLLATE "C", name COLLATE "C"
   ON CONFLICT (conversation, type, name) DO UPDATE SET due = excluded.due, generation = t.generation + 1`,
);

const cancelTimers = statement(
  'saga-cancel-timers',
  `DELETE FROM saga.timer t USING unnest($2::text[], $3::text[]) AS c (conversation, name)
   WHERE t.type = $1 AND t.conversation = c.conversation AND t.name = c.name`,
);

export async function save(tx: SqlTransaction, type: string, changes: readonly SagaChange[]): Promise<void> {
  // An ended saga that heard something more has history only.
  const written = changes.filter(({ before, after }) => before !== after);
  const rows = written.map(({ after }) => after);
  const told = changes.flatMap(({ history }) => history);
  await Promise.all([
    saveSagas(
      tx,
      type,
      rows.map((row) => row.conversation),
      packed(rows.map((row) => row.definitionVersion)),
      packed(rows.map((row) => row.status)),
      packed(rows.map((row) => row.step)),
      packed(rows.map((row) => row.label)),
      // Data that did not change are neither sent nor written.
      packed(
        written.map(({ before, after }) => (before?.data === after.data ? undefined : JSON.stringify(after.data))),
      ),
      packed(rows.map((row) => JSON.stringify(row.progress))),
      packed(rows.map((row) => row.version)),
      packed(written.map(({ before }) => before?.version ?? 0)),
      packed(rows.map((row) => row.deadline && slotOf(row.deadline))),
      packed(rows.map((row) => row.deadline?.getTime())),
      packed(rows.map((row) => row.startedAt.getTime())),
      packed(rows.map((row) => row.updatedAt.getTime())),
      packed(rows.map((row) => row.endedAt?.getTime())),
      packed(told.map((entry) => entry.id)),
      told.map((entry) => entry.conversation),
      packed(told.map((entry) => entry.version)),
      packed(told.map((entry) => entry.at.getTime())),
      packed(told.map((entry) => entry.input)),
      packed(told.map((entry) => entry.causeId)),
      packed(told.map((entry) => JSON.stringify(entry.events))),
      packed(told.map((entry) => `{${entry.sent.join(',')}}`)),
      packed(told.map((entry) => entry.status)),
      packed(told.map((entry) => entry.step)),
      packed(told.map((entry) => entry.label)),
    ),
    ...saveTimers(tx, type, changes),
  ]);
}

function saveTimers(tx: SqlTransaction, type: string, changes: readonly SagaChange[]): Promise<unknown>[] {
  const all = changes
    .filter(({ after }) => !isEnded(after))
    .flatMap(({ after, timers }) => timers.map((timer) => ({ ...timer, conversation: after.conversation })));
  const set = all.flatMap((timer) => (timer.kind === 'set' ? [timer] : []));
  const cancelled = all.filter(({ kind }) => kind === 'cancel');
  const queries: Promise<unknown>[] = [];
  const conversations = (timers: readonly { conversation: string }[]) => timers.map(({ conversation }) => conversation);
  const names = (timers: readonly { name: string }[]) => timers.map(({ name }) => name);
  if (set.length > 0)
    queries.push(
      setTimers(
        tx,
        type,
        conversations(set),
        names(set),
        set.map(({ due }) => due.toISOString()),
      ),
    );
  if (cancelled.length > 0) queries.push(cancelTimers(tx, type, conversations(cancelled), names(cancelled)));
  return queries;
}
