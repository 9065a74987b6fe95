import { statement } from '../unit-of-work';

export const recordAttempt = statement<{ attempts: number }>(
  'messaging-record-attempt',
  `INSERT INTO messaging.attempt AS a (message_id, consumer, attempts) VALUES ($2::uuid, $1, 1)
   ON CONFLICT (message_id, consumer) DO UPDATE SET attempts = a.attempts + 1, last_at = now()
   RETURNING attempts`,
);

export const clearAttempt = statement(
  'messaging-clear-attempt',
  `DELETE FROM messaging.attempt WHERE message_id = $2::uuid AND consumer = $1`,
);
