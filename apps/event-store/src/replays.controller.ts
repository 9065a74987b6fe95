import { Body, Controller, Get, HttpCode, Param, Post, Query } from '@nestjs/common';
import { ApiAcceptedResponse, ApiNotFoundResponse, ApiOkResponse, ApiOperation, ApiResponse, ApiTags } from '@nestjs/swagger';
import { Id } from '@comptoir/contracts/id';
import { Instant } from '@comptoir/contracts/time';
import { Endpoint, type SqlTransaction } from '@comptoir/messaging';
import { IdempotencyKey, notFound, pageOf, PageQuery, Problem, validationProblem } from '@comptoir/platform';
import { createZodDto } from 'nestjs-zod';
import { z } from 'zod';
import { line, StreamName } from './event-queries';
import { PrismaClient, type Replay } from './generated/prisma/client';
import { LogReader } from './log-reader';
import { Replayer } from './replayer';
import { cancelReplay } from './sql/replays';
import { startReplay } from './start-replay';

const State = z.enum(['running', 'completed', 'refused', 'cancelled']);
const Place = z.int().min(0).max(Number.MAX_SAFE_INTEGER);

class NewReplay extends createZodDto(
  z
    .object({
      queue: z.string().max(250).regex(/^[a-z][a-z0-9-]*\.[a-z][a-z0-9-]*$/, 'must be <service>.<handler>').meta({
        description: 'The one queue it goes to; its handler must be declared `replayable`',
        example: 'carts.product-priced',
      }),
      stream: StreamName.optional(),
      types: z.array(line(250)).min(1).max(50).optional(),
      from: Instant.optional().meta({ description: 'Recorded then or later' }),
      to: Instant.optional().meta({ description: 'Recorded then or before' }),
      after: Place.optional().meta({ description: 'Only after this position, or version of the stream' }),
      upTo: Place.optional().meta({ description: 'Only up to this position' }),
    })
    .refine(({ queue: _queue, ...what }) => Object.values(what).some((each) => each !== undefined), {
      message: 'say what: stream, types, from, to, after or upTo',
    })
    .refine(({ stream, types, from, upTo }) => stream === undefined || (types ?? from ?? upTo) === undefined, {
      message: 'a stream is replayed whole, after a version, or up to a time',
      path: ['stream'],
    }),
) {}

class ReplayView extends createZodDto(
  z.object({
    replayId: z.uuid(),
    queue: z.string(),
    state: State,
    reason: z.string().nullable(),
    sent: z.int().meta({ description: 'Events that the queue has' }),
    cursor: z.int().meta({ description: 'The last position that was sent, or version of the stream' }),
    upTo: z.int(),
    stream: z.string().nullable(),
    types: z.array(z.string()),
    recordedFrom: z.iso.datetime().nullable(),
    recordedUntil: z.iso.datetime().nullable(),
    createdAt: z.iso.datetime(),
    changedAt: z.iso.datetime(),
  }),
) {}

class ReplayParam extends createZodDto(z.object({ replayId: Id })) {}
class ReplayQuery extends createZodDto(PageQuery.extend({ state: State.optional() })) {}
class ReplayPage extends createZodDto(z.object({ items: z.array(ReplayView.schema), next: z.string().nullable() })) {}

@ApiTags('replays')
@Controller('replays')
export class ReplaysController {
  constructor(
    private readonly endpoint: Endpoint<SqlTransaction>,
    private readonly replayer: Replayer,
    private readonly log: LogReader,
    private readonly prisma: PrismaClient,
  ) {}

  @Post()
  @HttpCode(202)
  @ApiOperation({
    summary: 'Send past events again, to one queue',
    description: 'Events there are now; of a stream, of types, of a period. Never to everybody.',
  })
  @ApiAcceptedResponse({ type: ReplayView })
  @ApiNotFoundResponse({ description: 'There is no such stream' })
  @ApiResponse({ status: 409, description: 'The queue takes no replays, or there is no such queue' })
  async start(@Body() request: NewReplay, @IdempotencyKey() idempotencyKey: string | undefined) {
    const { stream } = request;
    if (stream !== undefined && (await this.log.stream(stream, { limit: 1 })).length === 0) throw notFound('stream', stream);
    const { replayId } = await this.endpoint.request(startReplay, request, { idempotencyKey });
    // Its first page shows whether the queue takes it.
    await this.replayer.step(replayId);
    const replay = await this.found(replayId);
    if (replay.state !== 'refused') return replay;
    const { reason, queue } = replay;
    throw new Problem({ status: 409, code: 'queue-takes-no-replays', title: 'The queue takes no replays', detail: reason ?? '', data: { queue, replayId } });
  }

  @Get()
  @ApiOperation({ summary: 'Replays, the latest first' })
  @ApiOkResponse({ type: ReplayPage })
  async list(@Query() { limit, after, state }: ReplayQuery) {
    if (after !== undefined && !z.uuid().safeParse(after).success)
      throw validationProblem([{ path: ['after'], message: 'must be the `next` of an earlier page' }]);
    const rows = await this.prisma.replay.findMany({
      take: limit + 1,
      orderBy: { replayId: 'desc' },
      where: { state, ...(after === undefined ? {} : { replayId: { lt: after } }) },
    });
    return pageOf(rows.map(view), limit, ({ replayId }) => replayId);
  }

  @Get(':replayId')
  @ApiOperation({ summary: 'How far a replay is' })
  @ApiOkResponse({ type: ReplayView })
  @ApiNotFoundResponse()
  read(@Param() { replayId }: ReplayParam) {
    return this.found(replayId);
  }

  @Post(':replayId/cancel')
  @HttpCode(200)
  @ApiOperation({ summary: 'Send no more of it; what the queue has, it keeps' })
  @ApiOkResponse({ type: ReplayView, description: 'As it is now; one that has ended stays as it is' })
  @ApiNotFoundResponse()
  async cancel(@Param() { replayId }: ReplayParam) {
    await this.log.run((tx) => cancelReplay(tx, replayId));
    return this.found(replayId);
  }

  private async found(replayId: string) {
    const row = await this.prisma.replay.findUnique({ where: { replayId } });
    if (!row) throw notFound('replay', replayId);
    return view(row);
  }
}

const view = ({ heldBy: _by, heldUntil: _until, sent, cursor, upTo, ...replay }: Replay) => ({
  ...replay,
  sent: Number(sent),
  cursor: Number(cursor),
  upTo: Number(upTo),
});
