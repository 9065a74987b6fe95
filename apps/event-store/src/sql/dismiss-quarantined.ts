import { statement } from '@comptoir/messaging';

/** The first to dismiss it is who did. Returns it in either case; nothing where there is none. */
export const dismissQuarantined = statement<{ number: number; dismissedBy: string; dismissedBecause: string; dismissedAt: Date }>(
  'log-dismiss-quarantined',
  `UPDATE event_log.quarantine
   SET dismissed_at = coalesce(dismissed_at, clock_timestamp()), dismissed_by = coalesce(dismissed_by, $2),
       dismissed_because = coalesce(dismissed_because, $3)
   WHERE number = $1::bigint
   RETURNING number::float8 AS number, dismissed_by AS "dismissedBy", dismissed_because AS "dismissedBecause", dismissed_at AS "dismissedAt"`,
);
