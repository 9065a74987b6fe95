import { Body, Controller, Get, Headers, Param, Post, Query, Res } from '@nestjs/common';
import {
  ApiAcceptedResponse,
  ApiHeader,
  ApiNotFoundResponse,
  ApiOkResponse,
  ApiOperation,
  ApiResponse,
  ApiTags,
} from '@nestjs/swagger';
import { Endpoint, type SqlTransaction } from '@comptoir/messaging';
import { IdempotencyKey, notFound, pageOf, validationProblem } from '@comptoir/platform';
import { z } from 'zod';
import { Endings } from './endings';
import { PrismaClient } from './generated/prisma/client';
import { OpenOrders } from './open-orders';
import { endedOrder, NewOrder, OrderPage, OrderParam, OrderQuery, OrderView, orderView, pendingOrder, PlacedOrder } from './order-views';
import { placeOrder } from './place-order';
import { preferredWait } from './prefer';

/** What is used of Fastify's reply. */
interface Reply {
  readonly raw: { once(event: 'close', listener: () => void): unknown; off(event: 'close', listener: () => void): unknown };
  status(code: number): Reply;
  header(name: string, value: string): Reply;
}

const LOCATION = { Location: { description: 'The order', schema: { type: 'string' } } };

@ApiTags('orders')
@Controller('orders')
export class OrderController {
  constructor(
    private readonly endpoint: Endpoint<SqlTransaction>,
    private readonly openOrders: OpenOrders,
    private readonly endings: Endings,
    private readonly prisma: PrismaClient,
  ) {}

  @Post()
  @ApiOperation({
    summary: 'Place an order for what is in a cart',
    description: 'It is worked on from then on; `Prefer: wait=N` waits for its end, at most N seconds (60 at most).',
  })
  @ApiHeader({ name: 'Prefer', required: false, description: 'RFC 7240', schema: { type: 'string', example: 'wait=10' } })
  @ApiAcceptedResponse({ type: PlacedOrder, description: 'Accepted; it has not ended yet', headers: LOCATION })
  @ApiOkResponse({ type: PlacedOrder, description: 'It ended within the preferred time', headers: LOCATION })
  @ApiResponse({ status: 503, description: 'Too many orders are open; try again after Retry-After seconds' })
  async place(
    @Body() { payment, ...order }: NewOrder,
    @Headers('prefer') prefer: string | undefined,
    @IdempotencyKey() idempotencyKey: string | undefined,
    @Res({ passthrough: true }) reply: Reply,
  ) {
    const input = { ...order, paymentToken: payment.token };
    const { orderId } = await this.openOrders.admit(() => this.endpoint.request(placeOrder, input, { idempotencyKey }));
    const placed = pendingOrder(orderId);
    reply.header('location', placed.links.self);

    const seconds = preferredWait(prefer);
    if (seconds !== undefined) {
      reply.header('preference-applied', `wait=${seconds}`);
      const ended = await this.ended(orderId, seconds, reply);
      if (ended) {
        reply.status(200);
        return endedOrder(ended);
      }
    }
    reply.status(202);
    return placed;
  }

  @Get()
  @ApiOperation({ summary: 'Orders, the latest first' })
  @ApiOkResponse({ type: OrderPage })
  async list(@Query() { limit, after, customerId, status }: OrderQuery) {
    if (after !== undefined && !z.uuid().safeParse(after).success)
      throw validationProblem([{ path: ['after'], message: 'must be the `next` of an earlier page' }]);
    const rows = await this.prisma.order.findMany({
      take: limit + 1,
      orderBy: { orderId: 'desc' },
      where: { customerId, status, ...(after === undefined ? {} : { orderId: { lt: after } }) },
    });
    return pageOf(rows.map(orderView), limit, ({ orderId }) => orderId);
  }

  @Get(':orderId')
  @ApiOperation({ summary: 'One order' })
  @ApiOkResponse({ type: OrderView })
  @ApiNotFoundResponse()
  async read(@Param() { orderId }: OrderParam) {
    const row = await this.prisma.order.findUnique({ where: { orderId } });
    if (!row) throw notFound('order', orderId);
    return orderView(row);
  }

  /** Waits no longer than the client does. */
  private async ended(orderId: string, seconds: number, { raw }: Reply) {
    const gone = new AbortController();
    const onClose = () => gone.abort();
    raw.once('close', onClose);
    try {
      return await this.endings.wait(orderId, seconds * 1_000, gone.signal);
    } finally {
      raw.off('close', onClose);
    }
  }
}
