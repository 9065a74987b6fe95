import { Controller, Get, Query, UseGuards } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { Day } from '@comptoir/contracts/time';
import { createZodDto } from 'nestjs-zod';
import { z } from 'zod';
import { ApiOnly } from '../projections/providers';
import { Conditions, liveOf } from '../rows/conditions';
import { Reads } from '../rows/reads';
import type { SaleCount } from './sales-view';

class SalesQuery extends createZodDto(
  z.object({
    by: z.enum(['store', 'country', 'product']),
    from: Day.optional().meta({ description: 'The first day, UTC' }),
    to: Day.optional().meta({ description: 'The last day, UTC' }),
    limit: z.coerce.number().int().min(1).max(1_000).default(100),
  }),
) {}
const Amount = z.int().meta({ description: 'Minor units' });
class Sales extends createZodDto(
  z.object({
    items: z.array(
      z.object({
        key: z.string().nullable().meta({ description: 'Of the store, country or product; null: nobody said so' }),
        currency: z.string(),
        orders: z.int(),
        quantity: z.int(),
        gross: Amount,
        refunds: z.int(),
        refundedQuantity: z.int(),
        refunded: Amount,
        net: Amount.meta({ description: 'Sold in the period, less what was paid back in the period; may be negative' }),
      }),
    ),
  }),
) {}

@ApiTags('sales')
@Controller('sales')
@UseGuards(ApiOnly)
export class SalesController {
  constructor(private readonly reads: Reads) {}

  @Get()
  @ApiOperation({ summary: 'Sales by store, country or product, the highest net first' })
  @ApiOkResponse({ type: Sales })
  async list(@Query() { by, from, to, limit }: SalesQuery) {
    const where = new Conditions()
      .add(`generation = ${liveOf('sales')}`)
      .when(by, (dimension) => `dimension = ${dimension}`)
      .when(from, (day) => `day >= ${day}::date`)
      .when(to, (day) => `day <= ${day}::date`);
    const sum = (measure: string) => `sum(${measure})::float8`;
    const items = await this.reads.query<Omit<SaleCount, 'day' | 'dimension' | 'key'> & { key: string | null; net: number }>(
      `SELECT nullif(key, '') AS key, currency, ${sum('orders')} AS orders, ${sum('quantity')} AS quantity, ${sum('gross')} AS gross,
         ${sum('refunds')} AS refunds, ${sum('refunded_quantity')} AS "refundedQuantity", ${sum('refunded')} AS refunded,
         ${sum('gross - refunded')} AS net
       FROM views.sale_day WHERE ${where} GROUP BY sale_day.key, currency
       HAVING bool_or(orders <> 0 OR refunds <> 0) ORDER BY net DESC, sale_day.key, currency LIMIT ${where.value(limit)}`,
      where.values,
    );
    return { items };
  }
}
