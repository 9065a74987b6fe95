import { statement } from '@comptoir/messaging';
import { ORDER_ENDED } from '../end-notice';

/** Tells every process of the service which orders ended, if and when the transaction commits. (payloads text[]) */
export const tellOfEnds = statement(
  'tell-of-ends',
  `SELECT pg_notify('${ORDER_ENDED}', payload) FROM unnest($1::text[]) AS payload`,
);
