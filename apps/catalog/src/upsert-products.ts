import { CATALOGUE, ProductPriced } from '@comptoir/contracts/catalog';
import { handleRequests } from '@comptoir/messaging';
import { priced, type ProductOffer } from './product';
import { upsertProductRows } from './sql/upsert-products';
import type { CatalogTransaction } from './transaction';

export interface UpsertSummary {
  readonly received: number;
  readonly created: number;
  readonly changed: number;
  readonly unchanged: number;
}

/**
 * POST /products -> ProductPriced for every product that is new or different. One request may hold thousands of
 * products, so each is a transaction of its own.
 */
export const upsertProducts = handleRequests('upsert-products', {
  emits: [ProductPriced],
  maxBatch: 1,
  async batch(requests: readonly (readonly ProductOffer[])[], tx: CatalogTransaction) {
    return Promise.all(requests.map((products) => upsert(products, tx)));
  },
});

async function upsert(products: readonly ProductOffer[], tx: CatalogTransaction) {
  const rows = await upsertProductRows(
    tx,
    products.map(({ sku }) => sku),
    products.map(({ name }) => name),
    products.map(({ currency }) => currency),
    products.map(({ prices }) => `{${prices.join()}}`),
  );
  const revisions = new Map(rows.map(({ sku, revision }) => [sku, revision]));
  const messages = products.flatMap((product) => {
    const revision = revisions.get(product.sku);
    return revision === undefined
      ? []
      : [ProductPriced(priced({ ...product, revision, discontinued: false }), { flow: CATALOGUE })];
  });
  const created = rows.filter(({ revision }) => revision === 1).length;
  const reply: UpsertSummary = {
    received: products.length,
    created,
    changed: rows.length - created,
    unchanged: products.length - rows.length,
  };
  return { reply, messages };
}
