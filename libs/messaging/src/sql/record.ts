import { statement } from '../unit-of-work';
import { unpacked } from './packed';

/**
 * One statement for all of a batch's end: counts the streams' versions (rows taken in key order, held to the commit),
 * stores the messages, and deletes those confirmed since the last batch.
 */
export const record = statement<{ id: string; stream_version: number | null }>(
  'messaging-record',
  `WITH cleared AS (
     DELETE FROM messaging.outbox WHERE id = ANY(${unpacked(11, 'uuid')})
   ), message AS (
     SELECT m.*,
            row_number() OVER (PARTITION BY m.stream ORDER BY m.position)::int AS nth,
            count(*) OVER (PARTITION BY m.stream)::int AS of
     FROM unnest(${unpacked(1, 'uuid')}, ${unpacked(2, 'text')}, ${unpacked(3, 'text')}, ${unpacked(4, 'text')},
                 ${unpacked(5, 'text')}, ${unpacked(6, 'text')}, ${unpacked(7, 'text')}, ${unpacked(8, 'bigint')},
                 ${unpacked(9, 'boolean')}, ${unpacked(10, 'text')})
       WITH ORDINALITY AS m (id, exchange, routing_key, type, body, correlation_id, headers, sent_at, mandatory, stream, position)
   ), counted AS (
     INSERT INTO messaging.stream AS s (stream, version)
     SELECT stream, count(*)::int FROM message WHERE stream IS NOT NULL GROUP BY stream ORDER BY stream COLLATE "C"
     ON CONFLICT (stream) DO UPDATE SET version = s.version + excluded.version
     RETURNING stream, version
   )
   INSERT INTO messaging.outbox
     (id, exchange, routing_key, type, body, correlation_id, headers, sent_at, mandatory, stream, stream_version)
   SELECT m.id, m.exchange, m.routing_key, m.type, m.body::json, m.correlation_id, m.headers::json, m.sent_at, m.mandatory,
          m.stream, c.version - m.of + m.nth
   FROM message m LEFT JOIN counted c ON c.stream = m.stream
   RETURNING id::text, stream_version`,
);
