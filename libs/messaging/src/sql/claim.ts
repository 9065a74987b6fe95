import { statement } from '../unit-of-work';
import { unpacked } from './packed';

/** Concurrent claimers of one id wait for each other's commit; the loser gets nothing back. */
export const claim = statement<{ message_id: string }>(
  'messaging-claim',
  `INSERT INTO messaging.inbox (message_id, consumer)
   SELECT id, $1 FROM unnest(${unpacked(2, 'uuid')}) AS id
   ON CONFLICT DO NOTHING
   RETURNING message_id::text`,
);
