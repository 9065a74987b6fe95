import { statement } from '@comptoir/messaging';

/** More than so many are not counted: what matters then is that there are that many. */
export const COUNTED = 10_000;

export interface LogState {
  readonly head: number;
  readonly recordedAt: Date;
  readonly held: number;
  /** Without those that a person has dismissed. */
  readonly quarantined: number;
  /** Streams with a gap that is overdue, the oldest first; of the hundred oldest held events. */
  readonly overdue: readonly string[];
}

export const watchLog = statement<LogState>(
  'log-watch',
  `SELECT h.position::float8 AS head, h.recorded_at AS "recordedAt",
          (SELECT count(*)::int FROM (SELECT FROM event_log.held LIMIT ${COUNTED}) AS x) AS held,
          (SELECT count(*)::int FROM (SELECT FROM event_log.quarantine WHERE dismissed_at IS NULL LIMIT ${COUNTED}) AS x) AS quarantined,
          array(
            SELECT o.stream FROM (
              SELECT stream, held_at FROM event_log.held
              WHERE held_at < now() - make_interval(secs => $1::float8) ORDER BY held_at LIMIT 100
            ) AS o GROUP BY o.stream ORDER BY min(o.held_at)
          ) AS overdue
   FROM event_store.head h WHERE h.one`,
);
