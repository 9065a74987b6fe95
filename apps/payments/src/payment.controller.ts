import { Controller, Get, Param, Query } from '@nestjs/common';
import { ApiNotFoundResponse, ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { Id } from '@comptoir/contracts/id';
import { notFound, pageOf, PageQuery, validationProblem } from '@comptoir/platform';
import { createZodDto } from 'nestjs-zod';
import { z } from 'zod';
import { PrismaClient, type Payment } from './generated/prisma/client';
import { RefundView, refundView } from './refunds/refund-view';

const State = z.enum(['captured', 'declined', 'void', 'refunded', 'stray', 'stray-refunded']);

class PaymentView extends createZodDto(
  z.object({
    orderId: z.uuid(),
    paymentId: z.uuid(),
    state: State,
    captured: z.int().meta({ description: 'Minor units ever captured' }),
    refunded: z.int().meta({ description: 'Minor units given back of it' }),
    held: z.int().meta({ description: 'Minor units promised to refunds under way' }),
    currency: z.string().nullable(),
    reason: z.string().nullable(),
    createdAt: z.iso.datetime(),
    changedAt: z.iso.datetime(),
  }),
) {}

class PaymentDetail extends createZodDto(
  PaymentView.schema.extend({ refunds: z.array(RefundView.schema).meta({ description: 'In the order they came' }) }),
) {}

class OrderParam extends createZodDto(z.object({ orderId: Id })) {}
class PaymentQuery extends createZodDto(PageQuery.extend({ state: State.optional() })) {}
class PaymentPage extends createZodDto(z.object({ items: z.array(PaymentView.schema), next: z.string().nullable() })) {}

@ApiTags('payments')
@Controller('payments')
export class PaymentController {
  constructor(private readonly prisma: PrismaClient) {}

  @Get()
  @ApiOperation({ summary: 'Payments, the latest orders first' })
  @ApiOkResponse({ type: PaymentPage })
  async list(@Query() { limit, after, state }: PaymentQuery) {
    if (after !== undefined && !z.uuid().safeParse(after).success)
      throw validationProblem([{ path: ['after'], message: 'must be the `next` of an earlier page' }]);
    const rows = await this.prisma.payment.findMany({
      take: limit + 1,
      orderBy: { orderId: 'desc' },
      where: { state, ...(after === undefined ? {} : { orderId: { lt: after } }) },
    });
    return pageOf(rows.map(view), limit, ({ orderId }) => orderId);
  }

  @Get(':orderId')
  @ApiOperation({ summary: 'An order’s payment, and what was asked back of it' })
  @ApiOkResponse({ type: PaymentDetail })
  @ApiNotFoundResponse({ description: 'No payment of this order was asked for, or its answer is still out' })
  async read(@Param() { orderId }: OrderParam) {
    const row = await this.prisma.payment.findUnique({ where: { orderId } });
    if (!row) throw notFound('payment', orderId);
    const refunds = await this.prisma.refund.findMany({ where: { orderId }, orderBy: [{ createdAt: 'asc' }, { refundId: 'asc' }] });
    return { ...view(row), refunds: refunds.map(refundView) };
  }
}

const view = (payment: Payment) => ({
  ...payment,
  captured: Number(payment.captured),
  refunded: Number(payment.refunded),
  held: Number(payment.held),
});
