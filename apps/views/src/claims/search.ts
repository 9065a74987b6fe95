import { Conditions, liveOf } from '../rows/conditions';
import { placeOf } from '../rows/pages';
import type { Reads } from '../rows/reads';
import { CLAIM_COLUMNS, type SearchQuery, type ShownClaim } from './claim-views';

/** One claim more than the page has. Each filter, and each order, has an index; words have their own. */
export function searchClaims(reads: Reads, query: SearchQuery): Promise<readonly ShownClaim[]> {
  const { limit, after, q, status, assignee, reason, verified, orderId, customerId, from, to, sort } = query;
  const place = placeOf(after, sort);
  const column = sort.endsWith('openedAt') ? 'opened_at' : 'updated_at';
  const [direction, beyond] = sort.startsWith('-') ? ['DESC', '<'] : ['ASC', '>'];
  const where = new Conditions()
    // Of a claim whose opening has not come nothing can be said yet.
    .add(`generation = ${liveOf('claims')} AND opened_at IS NOT NULL`)
    .when(status, (value) => `status = ${value}`)
    .when(assignee, (value) => `assignee = ${value}`)
    .when(reason, (value) => `reason = ${value}`)
    .when(orderId, (value) => `order_id = ${value}::uuid`)
    .when(customerId, (value) => `customer_id = ${value}`)
    .when(from, (value) => `opened_at >= ${value}::timestamptz`)
    .when(to, (value) => `opened_at < ${value}::timestamptz`)
    .when(q, (value) => `words @@ websearch_to_tsquery('english', ${value})`);
  if (verified !== undefined) where.add(`verification ${verified === 'true' ? '=' : '<>'} 'verified'`);
  if (place) where.add(`(${column}, claim_id) ${beyond} (${where.value(place.time)}::timestamptz, ${where.value(place.id)}::uuid)`);
  return reads.query<ShownClaim>(
    `SELECT ${CLAIM_COLUMNS} FROM views.claim WHERE ${where}
     ORDER BY ${column} ${direction}, claim_id ${direction} LIMIT ${where.value(limit + 1)}`,
    where.values,
  );
}
