import { statement } from '@comptoir/messaging';

/**
 * Keeps of each product the highest revision seen, rows taken in key order: events may come twice and in any order.
 * (skus text[], currencies text[], prices text[] as array literals, revisions int[], discontinued boolean[])
 */
export const keepOffers = statement(
  'carts-keep-offers',
  `INSERT INTO carts.offer AS o (sku, currency, prices, revision, discontinued)
   SELECT DISTINCT ON (i.sku COLLATE "C") i.sku, i.currency, i.prices::bigint[], i.revision, i.discontinued
   FROM unnest($1::text[], $2::text[], $3::text[], $4::int[], $5::boolean[])
     AS i (sku, currency, prices, revision, discontinued)
   ORDER BY i.sku COLLATE "C", i.revision DESC
   ON CONFLICT (sku) DO UPDATE SET
     currency = excluded.currency, prices = excluded.prices, revision = excluded.revision,
     discontinued = excluded.discontinued
   WHERE excluded.revision > o.revision`,
);
