import { statement } from '@comptoir/messaging';

/** Notes why an attempt failed, and lets the next one begin. (notificationId uuid, attempts int, error text) */
export const endAttempt = statement(
  'end-attempt',
  `UPDATE notifications.notification SET last_error = $3, lease_until = now()
   WHERE notification_id = $1::uuid AND attempts = $2::int AND state = 'pending'`,
);
