import { statement } from '@comptoir/messaging';

/** Writes what became of notifications; they are locked already. (notificationIds uuid[], states text[], lastErrors text[]) */
export const saveOutcomes = statement(
  'save-outcomes',
  `UPDATE notifications.notification n
   SET state = s.state, last_error = s.last_error, settled_at = now()
   FROM unnest($1::uuid[], $2::text[], $3::text[]) AS s (notification_id, state, last_error)
   WHERE n.notification_id = s.notification_id`,
);
