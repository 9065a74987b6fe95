import { Controller, Get, Param } from '@nestjs/common';
import { ApiNotFoundResponse, ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { Id } from '@comptoir/contracts/id';
import { StockLine } from '@comptoir/contracts/inventory';
import { notFound } from '@comptoir/platform';
import { createZodDto } from 'nestjs-zod';
import { z } from 'zod';
import { PrismaClient } from '../generated/prisma/client';

class RefundParam extends createZodDto(z.object({ refundId: Id })) {}

class ReturnView extends createZodDto(
  z.object({
    refundId: z.uuid(),
    claimId: z.uuid(),
    orderId: z.uuid(),
    state: z.enum(['returned', 'refused', 'reversed', 'void']),
    lines: z.array(StockLine),
    reversed: z.array(StockLine).nullable().meta({ description: 'What could be taken out of stock again' }),
    reason: z.string().nullable(),
    detail: z.string().nullable(),
    createdAt: z.iso.datetime(),
    changedAt: z.iso.datetime(),
  }),
) {}

@ApiTags('returns')
@Controller('returns')
export class ReturnController {
  constructor(private readonly prisma: PrismaClient) {}

  @Get(':refundId')
  @ApiOperation({ summary: 'What became of the goods of a refund' })
  @ApiOkResponse({ type: ReturnView })
  @ApiNotFoundResponse({ description: 'Inventory has not heard of this refund yet' })
  async read(@Param() { refundId }: RefundParam) {
    const row = await this.prisma.goodsReturn.findUnique({ where: { refundId } });
    if (!row) throw notFound('return', refundId);
    return row;
  }
}
