import { Body, Controller, Get, HttpCode, Param, Put, Query } from '@nestjs/common';
import { ApiNoContentResponse, ApiNotFoundResponse, ApiOkResponse, ApiOperation, ApiResponse, ApiTags } from '@nestjs/swagger';
import { Sku } from '@comptoir/contracts/catalog';
import { Endpoint, type SqlTransaction } from '@comptoir/messaging';
import { notFound, pageOf, PageQuery, Problem } from '@comptoir/platform';
import { createZodDto } from 'nestjs-zod';
import { z } from 'zod';
import { PrismaClient, type Stock } from './generated/prisma/client';
import { setOpeningStock, StockHasMoved } from './set-opening-stock';

/** Sums of a billion such lines are still exact. */
export const MAX_QUANTITY = 1_000_000;
const MAX_LINES = 5_000;

class OpeningStock extends createZodDto(
  z.strictObject({
    lines: z
      .array(
        z.strictObject({
          sku: Sku.meta({ example: 'TEAPOT-BLUE' }),
          quantity: z.int().min(0).max(MAX_QUANTITY).meta({ description: 'Units', example: 120 }),
        }),
      )
      .min(1)
      .max(MAX_LINES)
      .superRefine((lines, context) => {
        const seen = new Set<string>();
        for (const [index, { sku }] of lines.entries())
          if (seen.size === seen.add(sku).size)
            context.addIssue({ code: 'custom', path: [index, 'sku'], message: `${sku} is listed twice` });
      }),
  }),
) {}

class StockView extends createZodDto(
  z
    .object({
      sku: z.string(),
      opening: z.int(),
      received: z.int(),
      available: z.int(),
      reserved: z.int(),
      sold: z.int(),
      returned: z.int(),
    })
    .meta({ description: 'Units. Always: opening + received = available + reserved + sold; what orders took: sold + returned' }),
) {}

class StockPage extends createZodDto(z.object({ items: z.array(StockView.schema), next: z.string().nullable() })) {}
class StockQuery extends createZodDto(PageQuery) {}
class SkuParam extends createZodDto(z.object({ sku: Sku })) {}

@ApiTags('stock')
@Controller('stock')
export class StockController {
  constructor(
    private readonly endpoint: Endpoint<SqlTransaction>,
    private readonly prisma: PrismaClient,
  ) {}

  @Put()
  @HttpCode(204)
  @ApiOperation({
    summary: 'Set the opening stock of up to 5,000 SKUs',
    description: 'All of it or nothing. Refused where units of a SKU have moved already, unless its opening stays the same.',
  })
  @ApiNoContentResponse({ description: 'Set' })
  @ApiResponse({ status: 409, description: 'Units of some SKUs have moved already; `skus` lists them' })
  async setOpening(@Body() { lines }: OpeningStock): Promise<void> {
    await this.endpoint
      .transaction(async (tx) => ({ result: await setOpeningStock(tx, lines), messages: [] }))
      .catch((error: unknown) => {
        if (!(error instanceof StockHasMoved)) throw error;
        throw new Problem({
          status: 409,
          code: error.code,
          title: 'The stock has moved already',
          detail: error.message,
          data: { skus: error.data.skus },
        });
      });
  }

  @Get()
  @ApiOperation({ summary: 'All stock, by SKU' })
  @ApiOkResponse({ type: StockPage })
  async list(@Query() { limit, after }: StockQuery) {
    const rows = await this.prisma.stock.findMany({
      take: limit + 1,
      orderBy: { sku: 'asc' },
      ...(after === undefined ? {} : { where: { sku: { gt: after } } }),
    });
    return pageOf(rows.map(view), limit, ({ sku }) => sku);
  }

  @Get(':sku')
  @ApiOperation({ summary: 'One SKU’s stock' })
  @ApiOkResponse({ type: StockView })
  @ApiNotFoundResponse({ description: 'Never stocked' })
  async read(@Param() { sku }: SkuParam) {
    const row = await this.prisma.stock.findUnique({ where: { sku } });
    if (!row) throw notFound('stock', sku);
    return view(row);
  }
}

const view = ({ sku, opening, received, available, reserved, sold, returned }: Stock) => ({
  sku,
  opening: Number(opening),
  received: Number(received),
  available: Number(available),
  reserved: Number(reserved),
  sold: Number(sold),
  returned: Number(returned),
});
