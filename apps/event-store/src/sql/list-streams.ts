import { statement } from '@comptoir/messaging';

/** The next streams after one, from stream to stream along the index instead of through all their events. */
export const listStreams = statement<{ stream: string; version: number; recordedAt: Date }>(
  'log-list-streams',
  `WITH RECURSIVE listed AS (
     SELECT (SELECT stream FROM event_store.event WHERE stream > $1 AND stream COLLATE "C" >= $2 ORDER BY stream LIMIT 1) AS stream, 1 AS nth
     UNION ALL
     SELECT (SELECT e.stream FROM event_store.event e WHERE e.stream > l.stream ORDER BY e.stream LIMIT 1), l.nth + 1
     FROM listed l WHERE l.stream IS NOT NULL AND starts_with(l.stream, $2) AND l.nth < $3::int
   )
   SELECT l.stream, e.version, e.recorded_at AS "recordedAt"
   FROM listed l
   CROSS JOIN LATERAL (
     SELECT version, recorded_at FROM event_store.event WHERE stream = l.stream ORDER BY version DESC LIMIT 1
   ) AS e
   WHERE l.stream IS NOT NULL AND starts_with(l.stream, $2) ORDER BY l.nth`,
);
