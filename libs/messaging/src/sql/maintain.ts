import { statement } from '../unit-of-work';

/** Called in FROM, because Prisma cannot read a column of type `void`. */
export const maintain = statement('messaging-maintain', `SELECT 1 AS done FROM messaging.maintain_inbox($1::int)`);
