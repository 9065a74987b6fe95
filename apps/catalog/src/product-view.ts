import { createZodDto } from 'nestjs-zod';
import { Sku } from '@comptoir/contracts/catalog';
import { z } from 'zod';
import type { Product } from './generated/prisma/client';

/** What callers read. */
export class ProductView extends createZodDto(
  z.object({
    sku: Sku.meta({ example: 'TEAPOT-BLUE' }),
    name: z.string().meta({ example: 'Blue teapot' }),
    currency: z.string().meta({ example: 'GBP' }),
    price: z.int().meta({ description: 'The list price in minor units', example: 2495 }),
    tradePrices: z.array(z.int()).meta({ description: 'Other prices it is sold at, in minor units', example: [2195] }),
    revision: z.int().meta({ description: 'Counts the changes from 1', example: 1 }),
    discontinued: z.boolean().meta({ example: false }),
    createdAt: z.iso.datetime(),
    changedAt: z.iso.datetime(),
  }),
) {}

export class ProductPage extends createZodDto(
  z.object({
    items: z.array(ProductView.schema),
    next: z.string().nullable().meta({ description: 'Pass it as `after` for the following page; null on the last' }),
  }),
) {}

export function viewOf(product: Product): ProductView {
  const [price = 0, ...tradePrices] = product.prices.map(Number);
  const { sku, name, currency, revision, discontinued, createdAt, changedAt } = product;
  return {
    sku,
    name,
    currency,
    price,
    tradePrices,
    revision,
    discontinued,
    createdAt: createdAt.toISOString(),
    changedAt: changedAt.toISOString(),
  };
}
