import { Controller, Get, Param } from '@nestjs/common';
import { ApiNotFoundResponse, ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { Id } from '@comptoir/contracts/id';
import { notFound } from '@comptoir/platform';
import { createZodDto } from 'nestjs-zod';
import { z } from 'zod';
import { PrismaClient } from '../generated/prisma/client';
import { RefundView, refundView } from './refund-view';

class RefundParam extends createZodDto(z.object({ refundId: Id })) {}

@ApiTags('refunds')
@Controller('refunds')
export class RefundController {
  constructor(private readonly prisma: PrismaClient) {}

  @Get(':refundId')
  @ApiOperation({ summary: 'What became of one attempt to give money back' })
  @ApiOkResponse({ type: RefundView })
  @ApiNotFoundResponse({ description: 'Payments has not heard of it yet' })
  async read(@Param() { refundId }: RefundParam) {
    const row = await this.prisma.refund.findUnique({ where: { refundId } });
    if (!row) throw notFound('refund', refundId);
    return refundView(row);
  }
}
