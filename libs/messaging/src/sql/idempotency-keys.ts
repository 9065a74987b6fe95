import { statement } from '../unit-of-work';

export const takeKeys = statement<{ scope: string; key: string }>(
  'messaging-take-keys',
  `INSERT INTO messaging.request (scope, key, fingerprint)
   SELECT * FROM unnest($1::text[], $2::text[], $3::text[]) AS r (scope, key, fingerprint) ORDER BY scope, key
   ON CONFLICT DO NOTHING
   RETURNING scope, key`,
);

/** A statement of its own: its snapshot is taken after a concurrent taker's commit was waited for. */
export const takenBefore = statement<{ scope: string; key: string; fingerprint: string; reply: unknown }>(
  'messaging-taken-before',
  `SELECT r.scope, r.key, r.fingerprint, r.reply FROM messaging.request r
   JOIN unnest($1::text[], $2::text[]) AS k (scope, key) ON k.scope = r.scope AND k.key = r.key`,
);

export const storeReplies = statement(
  'messaging-store-replies',
  `UPDATE messaging.request r SET reply = s.reply::json
   FROM unnest($1::text[], $2::text[], $3::text[]) AS s (scope, key, reply)
   WHERE r.scope = s.scope AND r.key = s.key`,
);
