import { statement } from '@comptoir/messaging';
import type { Said } from './run';

const SAID = `conversation, flow, type, times, first_id::text AS "firstId", first_at AS "firstAt", last_id::text AS "lastId",
  last_at AS "lastAt"`;

/**
 * Everything said in these runs, each by the index: however little the planner knows of a table that is being filled.
 * (generation int, conversations text[], flows text[])
 */
export const readSaid = statement<Said>(
  'conversations-read-said',
  `SELECT s.* FROM unnest($2::text[], $3::text[]) AS r (conversation, flow)
   CROSS JOIN LATERAL (
     SELECT ${SAID} FROM conversations.said
     WHERE generation = $1::int AND said.conversation = r.conversation AND said.flow = r.flow OFFSET 0
   ) AS s`,
);

/** Adds to the timelines; what is there already stays. (generation int, messages json) */
export const addMessages = statement(
  'conversations-add-messages',
  `INSERT INTO conversations.message
     (generation, conversation, position, event_id, type, flow, said_by, caused_by, stream, version, said_at, summary)
   SELECT $1::int, conversation, position, "eventId", type, flow, "saidBy", "causedBy", stream, version, "saidAt", summary
   FROM json_to_recordset($2::json) AS m (conversation text, position bigint, "eventId" uuid, type text, flow text, "saidBy" text,
     "causedBy" text, stream text, version int, "saidAt" timestamptz, summary text)
   ON CONFLICT DO NOTHING`,
);

/** Writes what was said, each key once. (generation int, said json) */
export const writeSaid = statement(
  'conversations-write-said',
  `INSERT INTO conversations.said (generation, conversation, flow, type, times, first_id, first_at, last_id, last_at)
   SELECT $1::int, conversation, flow, type, times, "firstId", "firstAt", "lastId", "lastAt"
   FROM json_to_recordset($2::json) AS s (conversation text, flow text, type text, times int, "firstId" uuid,
     "firstAt" timestamptz, "lastId" uuid, "lastAt" timestamptz)
   ON CONFLICT (generation, conversation, flow, type) DO UPDATE
   SET times = excluded.times, first_id = excluded.first_id, first_at = excluded.first_at, last_id = excluded.last_id,
     last_at = excluded.last_at`,
);

/** Writes runs, each once. (generation int, runs json) */
export const writeRuns = statement(
  'conversations-write-runs',
  `INSERT INTO conversations.run (generation, conversation, flow, messages, started_at, last_at, ended, late_from)
   SELECT $1::int, conversation, flow, messages, "startedAt", "lastAt", ended, "lateFrom"
   FROM json_to_recordset($2::json) AS r (conversation text, flow text, messages int, "startedAt" timestamptz,
     "lastAt" timestamptz, ended boolean, "lateFrom" timestamptz)
   ON CONFLICT (generation, conversation, flow) DO UPDATE
   SET messages = excluded.messages, started_at = excluded.started_at, last_at = excluded.last_at, ended = excluded.ended,
     late_from = excluded.late_from`,
);

/** (generation int) */
export const clearGeneration = statement(
  'conversations-clear',
  `WITH messages AS (DELETE FROM conversations.message WHERE generation = $1::int),
     said AS (DELETE FROM conversations.said WHERE generation = $1::int)
   DELETE FROM conversations.run WHERE generation = $1::int`,
);
