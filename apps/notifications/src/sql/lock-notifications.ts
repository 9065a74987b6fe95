import { statement } from '@comptoir/messaging';
import type { Notification } from '../notification';

/** Locks these notifications in key order. (causeIds uuid[], templates text[]) */
export const lockNotifications = statement<Notification>(
  'lock-notifications',
  `SELECT notification_id AS "notificationId", template, cause_id AS "causeId", customer_id AS "customerId", channel, state,
     last_error AS "lastError"
   FROM notifications.notification
   WHERE (cause_id, template) IN (SELECT * FROM unnest($1::uuid[], $2::text[]))
   ORDER BY cause_id, template
   FOR UPDATE`,
);
