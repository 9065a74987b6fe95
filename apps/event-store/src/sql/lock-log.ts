import { statement } from '@comptoir/messaging';

/**
 * Whoever decides what goes into the log holds its head to the commit: nothing is appended, held or quarantined in between.
 * A statement of its own: those after it see everything that was committed while it waited.
 */
export const lockLog = statement('lock-log', 'SELECT FROM event_store.head WHERE one FOR UPDATE');
