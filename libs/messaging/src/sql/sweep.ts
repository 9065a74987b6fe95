import { statement } from '../unit-of-work';

export interface SweptRow {
  id: string;
  exchange: string;
  routing_key: string;
  type: string;
  body: string;
  correlation_id: string;
  headers: Record<string, string | number | boolean>;
  sent_at: string;
  mandatory: boolean;
  stream: string | null;
  stream_version: number | null;
}

/** The body comes as text: what was stored is published byte for byte. */
export const sweep = statement<SweptRow>(
  'messaging-sweep',
  `SELECT id::text, exchange, routing_key, type, body::text, correlation_id, headers, sent_at::text, mandatory, stream,
          stream_version
   FROM messaging.outbox
   WHERE created_at < now() - make_interval(secs => $1::float8 / 1000) AND id <> ALL($3::uuid[])
   ORDER BY id LIMIT $2::int
   FOR UPDATE SKIP LOCKED`,
);
