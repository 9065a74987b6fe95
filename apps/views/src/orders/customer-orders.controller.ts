import { Controller, Get, Param, Query, UseGuards } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { Money } from '@comptoir/contracts';
import { PricedLine } from '@comptoir/contracts/carts';
import { CustomerId } from '@comptoir/contracts/orders';
import { pageOf, PageQuery } from '@comptoir/platform';
import { createZodDto } from 'nestjs-zod';
import { z } from 'zod';
import { ApiOnly } from '../projections/providers';
import { Conditions, liveOf } from '../rows/conditions';
import { money, uuidCursor } from '../rows/pages';
import { Reads } from '../rows/reads';
import type { OrderRow } from './orders-view';

const Status = z.enum(['PENDING', 'COMPLETED', 'CANCELLED']);
class CustomerParam extends createZodDto(z.object({ customerId: CustomerId })) {}
class OrdersQuery extends createZodDto(PageQuery.extend({ status: Status.optional() })) {}
class CustomerOrders extends createZodDto(
  z.object({
    items: z.array(
      z.object({
        orderId: z.uuid(),
        customerId: z.string(),
        status: Status,
        store: z.string().nullable(),
        country: z.string().nullable(),
        lines: z.array(PricedLine).nullable(),
        total: Money.nullable(),
        refunded: Money.nullable(),
        reason: z.string().nullable(),
        placedAt: z.iso.datetime().nullable(),
        endedAt: z.iso.datetime().nullable(),
      }),
    ),
    next: z.string().nullable(),
  }),
) {}

@ApiTags('orders')
@Controller('customers')
@UseGuards(ApiOnly)
export class CustomerOrdersController {
  constructor(private readonly reads: Reads) {}

  @Get(':customerId/orders')
  @ApiOperation({ summary: 'What a customer has ordered, the latest first' })
  @ApiOkResponse({ type: CustomerOrders })
  async list(@Param() { customerId }: CustomerParam, @Query() { limit, after, status }: OrdersQuery) {
    const where = new Conditions()
      .add(`generation = ${liveOf('orders')}`)
      .when(customerId, (customer) => `customer_id = ${customer}`)
      .when(status, (wanted) => `status = ${wanted}`)
      .when(uuidCursor(after), (last) => `order_id < ${last}::uuid`);
    // Ids are UUIDv7: the greater, the later.
    const rows = await this.reads.query<Omit<OrderRow, 'refunds'>>(
      `SELECT order_id AS "orderId", customer_id AS "customerId", status, store, country, lines, total, currency, reason, refunded,
         placed_at AS "placedAt", confirmed_at AS "confirmedAt", cancelled_at AS "cancelledAt"
       FROM views.customer_order WHERE ${where} ORDER BY order_id DESC LIMIT ${where.value(limit + 1)}`,
      where.values,
    );
    return pageOf(rows.map(viewOf), limit, ({ orderId }) => orderId);
  }
}

const viewOf = ({ total, currency, refunded, confirmedAt, cancelledAt, ...order }: Omit<OrderRow, 'refunds'>) => ({
  ...order,
  total: money(total, currency),
  refunded: money(refunded, currency),
  endedAt: confirmedAt ?? cancelledAt,
});
