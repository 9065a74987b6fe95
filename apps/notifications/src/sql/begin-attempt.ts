import { statement } from '@comptoir/messaging';

export interface Attempt {
  readonly notificationId: string;
  /** Counts from 1; who ends an attempt names it, so that one that came too late ends nothing. */
  readonly attempts: number;
  readonly subject: string;
  readonly text: string;
}

/**
 * Opens the notification, or takes a pending one that nobody is at, and holds it for this attempt. No row: it has an outcome,
 * or somebody is at it. Subject and text are those it was opened with. A statement of its own: no transaction is held while
 * the channel is asked.
 * (notificationId uuid, template text, causeId uuid, customerId text, channel text, address text, subject text, text text,
 * leaseMs int)
 */
export const beginAttempt = statement<Attempt>(
  'begin-attempt',
  `INSERT INTO notifications.notification AS n
     (notification_id, template, cause_id, customer_id, channel, address, subject, text, lease_until)
   VALUES ($1::uuid, $2, $3::uuid, $4, $5, $6, $7, $8, now() + $9::int * interval '1 millisecond')
   ON CONFLICT (cause_id, template) DO UPDATE
   SET attempts = n.attempts + 1, lease_until = excluded.lease_until, channel = excluded.channel, address = excluded.address
   WHERE n.state = 'pending' AND n.lease_until <= now()
   RETURNING notification_id AS "notificationId", attempts, subject, text`,
);
