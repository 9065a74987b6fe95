import { statement } from '../unit-of-work';

export const maintain = statement('messaging-maintain', `SELECT messaging.maintain_inbox($1::int)`);
