import { createZodDto } from 'nestjs-zod';
import { z } from 'zod';
import type { CartLine } from './cart';
import { LineInput } from './cart-input';
import type { Cart as CartRow } from './generated/prisma/client';

export class CartCreated extends createZodDto(z.object({ cartId: z.uuid() })) {}

/** What callers read. */
export class CartView extends createZodDto(
  z.object({
    cartId: z.uuid(),
    state: z.enum(['open', 'ordered']).meta({ description: 'An ordered cart cannot be changed' }),
    orderId: z.uuid().nullable().meta({ description: 'The order it became' }),
    items: z.array(LineInput),
    createdAt: z.iso.datetime(),
    changedAt: z.iso.datetime(),
  }),
) {}

export const viewOf = ({ cartId, orderId, lines, createdAt, changedAt }: CartRow): CartView => ({
  cartId,
  state: orderId === null ? 'open' : 'ordered',
  orderId,
  // Written by this service only, as checked lines.
  items: lines as unknown as CartLine[],
  createdAt: createdAt.toISOString(),
  changedAt: changedAt.toISOString(),
});
