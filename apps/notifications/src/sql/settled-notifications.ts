import { statement } from '@comptoir/messaging';

/** Those of these notifications that have an outcome. (causeIds uuid[], templates text[]) */
export const settledNotifications = statement<{ readonly causeId: string; readonly template: string }>(
  'settled-notifications',
  `SELECT n.cause_id AS "causeId", n.template
   FROM unnest($1::uuid[], $2::text[]) AS w (cause_id, template)
   JOIN notifications.notification n USING (cause_id, template)
   WHERE n.state <> 'pending'`,
);
