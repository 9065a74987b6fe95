import { statement } from '@comptoir/messaging';

/**
 * Puts products on offer, rows taken in key order. Returns those that are new or different from before, with their
 * revision; an unchanged product keeps its revision and is not returned. Each SKU may come once.
 * (skus text[], names text[], currencies text[], prices text[] as array literals)
 */
export const upsertProductRows = statement<{ sku: string; revision: number }>(
  'catalog-upsert-products',
  `INSERT INTO catalog.product AS p (sku, name, currency, prices)
   SELECT i.sku, i.name, i.currency, i.prices::bigint[]
   FROM unnest($1::text[], $2::text[], $3::text[], $4::text[]) AS i (sku, name, currency, prices)
   ORDER BY i.sku COLLATE "C"
   ON CONFLICT (sku) DO UPDATE SET
     name = excluded.name, currency = excluded.currency, prices = excluded.prices, discontinued = false,
     revision = p.revision + 1, changed_at = now()
   WHERE (p.name, p.currency, p.prices, p.discontinued)
     IS DISTINCT FROM (excluded.name, excluded.currency, excluded.prices, false)
   RETURNING sku, revision`,
);
