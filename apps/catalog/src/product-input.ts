import { Money } from '@comptoir/contracts';
import { Sku } from '@comptoir/contracts/catalog';
import { printable } from '@comptoir/contracts/text';
import { PageQuery } from '@comptoir/platform';
import { createZodDto } from 'nestjs-zod';
import { z } from 'zod';
import { pricesOf, repeated, type ProductOffer } from './product';

const MAX_PRODUCTS = 5_000;

const Price = z.int().positive();

const ProductInput = z.strictObject({
  sku: Sku.meta({ description: 'Case-sensitive', example: 'TEAPOT-BLUE' }),
  name: printable(200).meta({ example: 'Blue teapot' }),
  currency: Money.shape.currency.meta({ example: 'GBP' }),
  price: Price.meta({ description: 'The list price in minor units', example: 2495 }),
  tradePrices: z
    .array(Price)
    .max(100)
    .optional()
    .meta({ description: 'Other prices it is sold at, in minor units', example: [2195] }),
});

/** The body of POST /products. */
export class ProductsInput extends createZodDto(
  z.strictObject({
    products: z
      .array(ProductInput)
      .min(1)
      .max(MAX_PRODUCTS)
      .superRefine((products, context) => {
        for (const index of repeated(products))
          context.addIssue({ code: 'custom', path: [index, 'sku'], message: 'comes twice in this request' });
      }),
  }),
) {}

export const offersOf = ({ products }: ProductsInput): ProductOffer[] =>
  products.map(({ sku, name, currency, price, tradePrices }) => ({
    sku,
    name,
    currency,
    prices: pricesOf(price, tradePrices),
  }));

export class ProductParam extends createZodDto(z.object({ sku: Sku.meta({ example: 'TEAPOT-BLUE' }) })) {}

export class ProductsQuery extends createZodDto(
  PageQuery.extend({
    search: printable(100).optional().meta({ description: 'Part of the name, or the start of the SKU; any case' }),
    discontinued: z.enum(['true', 'false']).optional().meta({ description: 'Only those that are, or are not' }),
  }),
) {}
