import { Sku } from '@comptoir/contracts/catalog';
import { Id } from '@comptoir/contracts/id';
import { createZodDto } from 'nestjs-zod';
import { z } from 'zod';

const MAX_LINES = 2_000;
const MAX_QUANTITY = 1_000_000;

export const LineInput = z.strictObject({
  sku: Sku.meta({ description: 'Case-sensitive', example: 'TEAPOT-BLUE' }),
  quantity: z.int().positive().max(MAX_QUANTITY).meta({ example: 2 }),
  unitPrice: z.int().positive().optional().meta({
    description: "What the customer was offered, in minor units: one of the product's prices. Default: the list price",
    example: 2495,
  }),
});

const Lines = z.array(LineInput).max(MAX_LINES).meta({
  description: 'The same SKU may come more than once, at different prices. Checked against the catalogue when ordered',
});

/** The body of POST /carts. */
export class CartInput extends createZodDto(z.strictObject({ items: Lines.optional() })) {}

/** The body of PUT /carts/:cartId/items. */
export class ItemsInput extends createZodDto(z.strictObject({ items: Lines })) {}

export class CartParam extends createZodDto(z.object({ cartId: Id })) {}
