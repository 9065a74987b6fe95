import { z } from 'zod';
import { event } from './message';

export const Sku = z.string().trim().min(1).max(64);

/** A product's offer as of `revision`. `prices` are in minor units: the list price first, then trade prices. */
export const ProductPriced = event(
  'catalog.product-priced',
  1,
  z.object({
    sku: Sku,
    name: z.string(),
    currency: z.string().length(3),
    prices: z.array(z.int().positive()).min(1),
    /** Counts a product's changes from 1; a copy keeps the highest it saw. */
    revision: z.int().positive(),
    discontinued: z.boolean(),
  }),
  { stream: (product) => `product-${product.sku}` },
);
