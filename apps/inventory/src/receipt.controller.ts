import { Body, Controller, Get, Param, Post, Res } from '@nestjs/common';
import { ApiCreatedResponse, ApiNotFoundResponse, ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { Id } from '@comptoir/contracts/id';
import { Sku } from '@comptoir/contracts/catalog';
import { Endpoint, type SqlTransaction } from '@comptoir/messaging';
import { IdempotencyKey, notFound } from '@comptoir/platform';
import { createZodDto } from 'nestjs-zod';
import { z } from 'zod';
import { PrismaClient } from './generated/prisma/client';
import { receiveStock } from './receive-stock';
import { MAX_QUANTITY } from './stock.controller';

const ReceivedLine = z.strictObject({
  sku: Sku.meta({ example: 'TEAPOT-BLUE' }),
  quantity: z.int().positive().max(MAX_QUANTITY).meta({ description: 'Units', example: 24 }),
});

class Goods extends createZodDto(z.strictObject({ lines: z.array(ReceivedLine).min(1).max(1_000) })) {}
class ReceiptParam extends createZodDto(z.object({ receiptId: Id })) {}
class ReceiptTakenView extends createZodDto(z.object({ receiptId: z.uuid(), lines: z.array(ReceivedLine) })) {}
class ReceiptView extends createZodDto(ReceiptTakenView.schema.extend({ receivedAt: z.iso.datetime() })) {}

@ApiTags('receipts')
@Controller('receipts')
export class ReceiptController {
  constructor(
    private readonly endpoint: Endpoint<SqlTransaction>,
    private readonly prisma: PrismaClient,
  ) {}

  @Post()
  @ApiOperation({ summary: 'Take in goods', description: 'They are available at once. A SKU never stocked before is created.' })
  @ApiCreatedResponse({ type: ReceiptTakenView, headers: { Location: { schema: { type: 'string' } } } })
  async receive(
    @Body() { lines }: Goods,
    @IdempotencyKey() idempotencyKey: string | undefined,
    @Res({ passthrough: true }) response: { header(name: string, value: string): unknown },
  ) {
    const receipt = await this.endpoint.request(receiveStock, { lines }, { idempotencyKey });
    response.header('location', `/receipts/${receipt.receiptId}`);
    return receipt;
  }

  @Get(':receiptId')
  @ApiOperation({ summary: 'One receipt' })
  @ApiOkResponse({ type: ReceiptView })
  @ApiNotFoundResponse()
  async read(@Param() { receiptId }: ReceiptParam) {
    const row = await this.prisma.receipt.findUnique({ where: { receiptId } });
    if (!row) throw notFound('receipt', receiptId);
    return row;
  }
}
