import { Sku } from '@comptoir/contracts/catalog';
import { ClaimReason } from '@comptoir/contracts/claims';
import { Id } from '@comptoir/contracts/id';
import { CustomerId } from '@comptoir/contracts/orders';
import { printable } from '@comptoir/contracts/text';
import { Instant } from '@comptoir/contracts/time';
import { PageQuery } from '@comptoir/platform';
import { createZodDto } from 'nestjs-zod';
import { z } from 'zod';
import { CLAIM_STATUSES } from './claim';

/** As many as a cart takes. */
const MAX_LINES = 2_000;
const MAX_QUANTITY = 1_000_000_000;

const sku = Sku.meta({ description: 'Case-sensitive', example: 'TEAPOT-BLUE' });
const quantity = z.int().positive().max(MAX_QUANTITY).meta({ example: 1 });
const eachOnce = (lines: readonly { sku: string }[]) => new Set(lines.map((line) => line.sku)).size === lines.length;
const ONCE = { error: 'must not have a SKU twice' };

/** Lines of text: no other control characters, and none of the halves of a character that JSON may carry. */
const Description = z
  .string()
  .trim()
  .max(4_000)
  .regex(/^(?:[^\p{Cc}\p{Cs}]|[\n\r\t])*$/u, 'must not contain control characters')
  .default('')
  .meta({ example: 'The spout is broken' });

/** The body of POST /claims. */
export class NewClaim extends createZodDto(
  z.strictObject({
    orderId: Id,
    customerId: CustomerId.meta({ description: 'Whose order it is', example: 'C-17850' }),
    reason: ClaimReason,
    description: Description,
    lines: z.array(z.strictObject({ sku, quantity })).min(1).max(MAX_LINES).refine(eachOnce, ONCE),
  }),
) {}

export class Assignment extends createZodDto(z.strictObject({ assignee: printable(64).meta({ example: 'returns-desk' }) })) {}

export class Rejection extends createZodDto(
  z.strictObject({ reason: printable(500).meta({ description: 'The customer reads it', example: 'Worn for a year' }) }),
) {}

export class Approval extends createZodDto(
  z.strictObject({
    lines: z
      .array(
        z.strictObject({
          sku,
          quantity,
          amount: z.int().nonnegative().optional().meta({
            description:
              'Minor units for the whole line, at most what so many units cost. Default: what they cost; the cheapest of several prices',
          }),
          restock: z.boolean().optional().meta({ description: 'The goods go back into stock. Default: true' }),
        }),
      )
      .min(1)
      .max(MAX_LINES)
      .refine(eachOnce, ONCE),
  }),
) {}

export class ClaimParam extends createZodDto(z.object({ claimId: Id })) {}

export class ClaimQuery extends createZodDto(
  PageQuery.extend({ status: z.enum(CLAIM_STATUSES).optional(), orderId: Id.optional(), customerId: CustomerId.optional() }),
) {}

export class AsOfQuery extends createZodDto(
  z
    .object({
      asOfVersion: z.coerce.number().int().min(1).max(2_147_483_647).optional().meta({ description: 'As it was after so many events' }),
      asOfTime: Instant.optional().meta({ description: 'By what had been recorded then' }),
    })
    .refine(({ asOfVersion, asOfTime }) => asOfVersion === undefined || asOfTime === undefined, {
      error: 'asOfVersion and asOfTime cannot be combined',
    }),
) {}

export class HistoryQuery extends createZodDto(PageQuery) {}
