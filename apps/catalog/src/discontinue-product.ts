import { CATALOGUE, ProductPriced } from '@comptoir/contracts/catalog';
import { handleRequests } from '@comptoir/messaging';
import { priced } from './product';
import { viewOf, type ProductView } from './product-view';
import type { CatalogTransaction } from './transaction';

/** POST /products/:sku/discontinue -> ProductPriced. Null: no such product. Again: nothing changes, nothing is said. */
export const discontinueProduct = handleRequests('discontinue-product', {
  emits: [ProductPriced],
  maxBatch: 1,
  async batch(skus: readonly string[], tx: CatalogTransaction) {
    return Promise.all(skus.map((sku) => discontinue(sku, tx)));
  },
});

async function discontinue(sku: string, { prisma }: CatalogTransaction): Promise<{
  reply: ProductView | null;
  messages: ReturnType<typeof ProductPriced>[];
}> {
  const [changed] = await prisma.product.updateManyAndReturn({
    where: { sku, discontinued: false },
    data: { discontinued: true, revision: { increment: 1 }, changedAt: new Date() },
  });
  if (!changed) {
    const product = await prisma.product.findUnique({ where: { sku } });
    return { reply: product && viewOf(product), messages: [] };
  }
  const body = priced({ ...changed, prices: changed.prices.map(Number) });
  return { reply: viewOf(changed), messages: [ProductPriced(body, { flow: CATALOGUE })] };
}
