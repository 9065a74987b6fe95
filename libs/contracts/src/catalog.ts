import { z } from 'zod';
import { event, Money } from './message';
import { printable } from './text';

/** What a product is known by everywhere. Compared byte by byte: `85099b` and `85099B` are two products. */
export const Sku = printable(64);

/** The flow of what the catalogue tells about its products. */
export const CATALOGUE = 'catalogue';

/** A product's offer as of `revision`. `prices` are in minor units: the list price first, then trade prices. */
export const ProductPriced = event(
  'catalog.product-priced',
  1,
  z.object({
    sku: Sku,
    name: z.string(),
    currency: Money.shape.currency,
    prices: z.array(z.int().positive()).min(1),
    /** Counts a product's changes from 1; a copy keeps the highest it saw. */
    revision: z.int().positive(),
    discontinued: z.boolean(),
  }),
  { stream: (product) => `product-${product.sku}` },
);
