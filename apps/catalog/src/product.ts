import type { BodyOf } from '@comptoir/contracts';
import type { ProductPriced } from '@comptoir/contracts/catalog';

/** A product as somebody wants it sold. Prices are integer minor units of the one currency. */
export interface ProductOffer {
  readonly sku: string;
  readonly name: string;
  readonly currency: string;
  /** The list price first, then trade prices, each once. */
  readonly prices: readonly number[];
}

/** The list price first; a trade price that repeats another adds nothing. */
export const pricesOf = (price: number, tradePrices: readonly number[] = []): number[] => [
  ...new Set([price, ...tradePrices]),
];

/** What the others hear of a change that made `revision` of the product. */
export const priced = (
  product: ProductOffer & { revision: number; discontinued: boolean },
): BodyOf<typeof ProductPriced> => ({
  sku: product.sku,
  name: product.name,
  currency: product.currency,
  prices: [...product.prices],
  revision: product.revision,
  discontinued: product.discontinued,
});

/** The indexes of products whose SKU came before in the same list. */
export function repeated(products: readonly { sku: string }[]): number[] {
  const seen = new Set<string>();
  return products.flatMap(({ sku }, index) => {
    if (seen.has(sku)) return [index];
    seen.add(sku);
    return [];
  });
}
