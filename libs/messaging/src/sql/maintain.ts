import { statement } from '../unit-of-work';

/** Idempotency keys forgotten in one transaction. */
export const FORGET_AT_MOST = 5_000;

/** Called in FROM, because Prisma cannot read a column of type `void`. */
export const maintain = statement<{ forgotten: number }>(
  'messaging-maintain',
  `SELECT messaging.forget_requests($1::int, $2::int) AS forgotten FROM messaging.maintain_inbox($1::int)`,
);
