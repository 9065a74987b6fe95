import { Controller, Get, Param } from '@nestjs/common';
import { ApiNotFoundResponse, ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { Id } from '@comptoir/contracts/id';
import { StockLine } from '@comptoir/contracts/inventory';
import { notFound } from '@comptoir/platform';
import { createZodDto } from 'nestjs-zod';
import { z } from 'zod';
import { PrismaClient } from './generated/prisma/client';

class OrderParam extends createZodDto(z.object({ orderId: Id })) {}

class ReservationView extends createZodDto(
  z.object({
    orderId: z.uuid(),
    state: z.enum(['reserved', 'rejected', 'void', 'released', 'sold']),
    lines: z.array(StockLine),
    reason: z.string().nullable(),
    shortages: z.array(z.object({ sku: z.string(), requested: z.int(), available: z.int() })).nullable(),
    createdAt: z.iso.datetime(),
    changedAt: z.iso.datetime(),
  }),
) {}

@ApiTags('reservations')
@Controller('reservations')
export class ReservationController {
  constructor(private readonly prisma: PrismaClient) {}

  @Get(':orderId')
  @ApiOperation({ summary: 'What became of an order’s stock' })
  @ApiOkResponse({ type: ReservationView })
  @ApiNotFoundResponse({ description: 'Nothing was asked for this order yet' })
  async read(@Param() { orderId }: OrderParam) {
    const row = await this.prisma.reservation.findUnique({ where: { orderId } });
    if (!row) throw notFound('reservation', orderId);
    return row;
  }
}
