import { Body, Controller, Get, Inject, Param, Post, Query, Res } from '@nestjs/common';
import { ApiCreatedResponse, ApiNotFoundResponse, ApiOkResponse, ApiOperation, ApiResponse, ApiTags } from '@nestjs/swagger';
import { postgresEventStore } from '@comptoir/event-store';
import { Endpoint, type SqlTransaction, type UnitOfWork } from '@comptoir/messaging';
import { IdempotencyKey, notFound, pageOf, UNIT_OF_WORK, validationProblem } from '@comptoir/platform';
import { z } from 'zod';
import { claims } from './act';
import { claim } from './claim';
import { AsOfQuery, ClaimParam, ClaimQuery, HistoryQuery, NewClaim } from './claim-input';
import { ClaimEventPage, ClaimPage, ClaimView, claimView, eventView, rowView, StandingView, standingView } from './claim-views';
import { PrismaClient } from './generated/prisma/client';
import { etagOf } from './if-match';
import { ClaimRequest, openClaim } from './open-claim';
import { OrderDesk } from './orders/order-desk';
import { standingOf } from './problems';

interface Headers {
  header(name: string, value: string): unknown;
}

@ApiTags('claims')
@Controller('claims')
export class ClaimsController {
  constructor(
    private readonly endpoint: Endpoint<SqlTransaction>,
    private readonly orders: OrderDesk,
    private readonly prisma: PrismaClient,
    @Inject(UNIT_OF_WORK) private readonly unitOfWork: UnitOfWork<SqlTransaction>,
  ) {}

  @Post()
  @ApiOperation({
    summary: 'File a claim about an order',
    description: 'It is compared with the order at once. Where orders cannot be asked it is taken unverified, and compared later.',
  })
  @ApiCreatedResponse({ type: StandingView, headers: { Location: { schema: { type: 'string' } }, ETag: { schema: { type: 'string' } } } })
  @ApiResponse({ status: 422, description: 'It does not fit the order; `reason` says how' })
  async file(
    @Body() complaint: NewClaim,
    @IdempotencyKey() idempotencyKey: string | undefined,
    @Res({ passthrough: true }) response: Headers,
  ) {
    const lookup = await this.orders.lookUp(complaint.orderId);
    const reply = await this.endpoint.request(openClaim, new ClaimRequest(complaint, lookup), { idempotencyKey });
    const standing = standingOf(reply, '');
    response.header('location', `/claims/${standing.claimId}`);
    response.header('etag', etagOf(standing.version));
    return standingView(standing);
  }

  @Get()
  @ApiOperation({ summary: 'Claims, the latest first' })
  @ApiOkResponse({ type: ClaimPage })
  async list(@Query() { limit, after, status, orderId, customerId }: ClaimQuery) {
    if (after !== undefined && !z.uuid().safeParse(after).success) throw notACursor();
    const rows = await this.prisma.claim.findMany({
      take: limit + 1,
      orderBy: { claimId: 'desc' },
      where: { status, orderId, customerId, ...(after === undefined ? {} : { claimId: { lt: after } }) },
    });
    return pageOf(rows.map(rowView), limit, ({ claimId }) => claimId);
  }

  @Get(':claimId')
  @ApiOperation({ summary: 'One claim, now or as it was', description: 'The ETag is the version for If-Match.' })
  @ApiOkResponse({ type: ClaimView, headers: { ETag: { schema: { type: 'string' } } } })
  @ApiNotFoundResponse()
  async read(
    @Param() { claimId }: ClaimParam,
    @Query() { asOfVersion, asOfTime }: AsOfQuery,
    @Res({ passthrough: true }) response: Headers,
  ) {
    const asOf = { asOfVersion, asOfTime: asOfTime === undefined ? undefined : new Date(asOfTime) };
    const { state } = await this.unitOfWork.run((tx) => claims.load(tx, claimId, asOf));
    if (state.status === 'NONE') throw notFound('claim', claimId);
    response.header('etag', etagOf(state.version));
    return claimView(state);
  }

  @Get(':claimId/events')
  @ApiOperation({ summary: 'What happened to a claim, oldest first' })
  @ApiOkResponse({ type: ClaimEventPage })
  @ApiNotFoundResponse()
  async history(@Param() { claimId }: ClaimParam, @Query() { limit, after = '0' }: HistoryQuery) {
    if (!/^\d{1,9}$/.test(after)) throw notACursor();
    const from = Number(after) + 1;
    const page = { from, limit: limit + 1 };
    const events = await this.unitOfWork.run((tx) => postgresEventStore.readStream(tx, claim.streamOf(claimId), page));
    if (events.length === 0 && from === 1) throw notFound('claim', claimId);
    return pageOf(events.map(eventView), limit, ({ version }) => String(version));
  }
}

const notACursor = () => validationProblem([{ path: ['after'], message: 'must be the `next` of an earlier page' }]);
