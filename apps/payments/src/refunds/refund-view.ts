import { RefundLine } from '@comptoir/contracts/claims';
import { createZodDto } from 'nestjs-zod';
import { z } from 'zod';
import type { Refund } from '../generated/prisma/client';

export class RefundView extends createZodDto(
  z.object({
    refundId: z.uuid(),
    claimId: z.uuid(),
    orderId: z.uuid(),
    customerId: z.string().nullable(),
    state: z.enum(['held', 'paying', 'issued', 'failed', 'released', 'refused', 'void']),
    amount: z.int().meta({ description: 'Minor units asked for' }),
    currency: z.string().nullable(),
    lines: z.array(RefundLine),
    reason: z.string().nullable(),
    detail: z.string().nullable(),
    createdAt: z.iso.datetime(),
    changedAt: z.iso.datetime(),
  }),
) {}

export const refundView = (refund: Refund) => ({ ...refund, amount: Number(refund.amount) });
