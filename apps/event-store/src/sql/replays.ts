import { statement } from '@comptoir/messaging';

/** A replay that somebody works on. */
export interface RunningReplay {
  readonly replayId: string;
  readonly queue: string;
  readonly stream: string | null;
  readonly types: readonly string[];
  readonly recordedFrom: Date | null;
  readonly recordedUntil: Date | null;
  readonly upTo: number;
  readonly cursor: number;
  readonly sent: number;
}

const COLUMNS = `replay_id::text AS "replayId", queue, stream, types, recorded_from AS "recordedFrom", recorded_until AS "recordedUntil",
  up_to::float8 AS "upTo", cursor::float8 AS cursor, sent::float8 AS sent`;

/** It is its starter's first, under its own id, so that the starter sees what becomes of the first page. */
export const insertReplay = statement<{ replayId: string }>(
  'log-insert-replay',
  `INSERT INTO event_log.replay (replay_id, queue, stream, types, recorded_from, recorded_until, cursor, held_by, held_until, up_to)
   SELECT $1::uuid, $2, $3, $4::text[], $5::timestamptz, $6::timestamptz, $7::bigint, $1::uuid, clock_timestamp() + make_interval(secs => $9::float8),
          CASE WHEN $3::text IS NULL THEN least(h.position, $8::bigint)
               ELSE coalesce((SELECT version FROM event_store.event WHERE stream = $3 ORDER BY version DESC LIMIT 1), 0) END
   FROM event_store.head h WHERE h.one RETURNING replay_id::text AS "replayId"`,
);

/** Takes the running replay that has waited longest (or `$3`), for a while: should the taker die, another one goes on. */
export const takeReplay = statement<RunningReplay>(
  'log-take-replay',
  `UPDATE event_log.replay SET held_by = $1::uuid, held_until = clock_timestamp() + make_interval(secs => $2::float8)
   WHERE replay_id = (
     SELECT replay_id FROM event_log.replay
     WHERE state = 'running' AND ($3::uuid IS NULL OR replay_id = $3) AND (held_until IS NULL OR held_until < clock_timestamp() OR held_by = $1::uuid)
     ORDER BY changed_at LIMIT 1 FOR UPDATE SKIP LOCKED
   ) RETURNING ${COLUMNS}`,
);

/** What was sent is at the queue. Nothing happens where the replay is another's by now, or was cancelled. */
export const advanceReplay = statement(
  'log-advance-replay',
  `UPDATE event_log.replay
   SET cursor = $3::bigint, sent = sent + $4::bigint, state = $5, reason = $6, held_by = NULL, held_until = NULL, changed_at = clock_timestamp()
   WHERE replay_id = $1::uuid AND held_by = $2::uuid AND state = 'running'`,
);

export const cancelReplay = statement<{ replayId: string }>(
  'log-cancel-replay',
  `UPDATE event_log.replay SET state = 'cancelled', changed_at = clock_timestamp()
   WHERE replay_id = $1::uuid AND state = 'running' RETURNING replay_id::text AS "replayId"`,
);
