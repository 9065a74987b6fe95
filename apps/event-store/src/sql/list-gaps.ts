import { statement } from '@comptoir/messaging';

export interface Gap {
  readonly stream: string;
  /** The versions that are missing. */
  readonly from: number;
  readonly to: number;
  /** Events that wait for them. */
  readonly held: number;
  /** When the first of those came. */
  readonly since: Date;
  readonly overdue: boolean;
}

/** The next streams after one that have a gap, by name. */
export const listGaps = statement<Gap>(
  'log-list-gaps',
  `SELECT g.stream, 1 + coalesce(l.version, 0) AS "from", g.first - 1 AS "to", g.held, g.since,
          g.since < clock_timestamp() - make_interval(secs => $3::float8) AS overdue
   FROM (
     SELECT stream, min(version) AS first, count(*)::int AS held, min(held_at) AS since
     FROM event_log.held WHERE stream > $1 GROUP BY stream ORDER BY stream LIMIT $2::int
   ) AS g
   LEFT JOIN LATERAL (SELECT version FROM event_store.event e WHERE e.stream = g.stream ORDER BY version DESC LIMIT 1) AS l ON true
   ORDER BY g.stream`,
);
