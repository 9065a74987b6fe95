import { Body, Controller, Get, HttpCode, Param, Post, Query } from '@nestjs/common';
import { ApiNotFoundResponse, ApiOkResponse, ApiOperation, ApiResponse, ApiTags } from '@nestjs/swagger';
import { printable } from '@comptoir/contracts/text';
import { Endpoint, type SqlTransaction } from '@comptoir/messaging';
import { notFound, pageOf, PageQuery, Problem, validationProblem } from '@comptoir/platform';
import { createZodDto } from 'nestjs-zod';
import { z } from 'zod';
import { closeGap, WIDEST_GAP } from './close-gap';
import { StreamName, StreamParam } from './event-queries';
import { GapWatch } from './gap-watch';
import { PrismaClient } from './generated/prisma/client';
import { LogConfig } from './log-config';
import { LogReader } from './log-reader';
import { DismissedView, GapClosedView, GapPage, HeadView, HeldPage, QuarantinePage } from './log-views';
import { dismissQuarantined } from './sql/dismiss-quarantined';
import { listGaps } from './sql/list-gaps';

class OfStreamQuery extends createZodDto(PageQuery.extend({ stream: StreamName.optional() })) {}
class GapsQuery extends createZodDto(PageQuery) {}
class QuarantineQuery extends createZodDto(
  OfStreamQuery.schema.extend({
    dismissed: z.enum(['true', 'false']).default('false').meta({ description: 'Those that somebody has dismissed instead' }),
  }),
) {}
class Decided extends createZodDto(z.object({ reason: printable(500), actor: printable(64) })) {}
class QuarantineParam extends createZodDto(z.object({ number: z.coerce.number().int().positive() })) {}

const badCursor = () => validationProblem([{ path: ['after'], message: 'must be the `next` of an earlier page' }]);

/** What is not as it should be in the log, and how far it is. */
@ApiTags('watch')
@Controller()
export class WatchController {
  constructor(
    private readonly endpoint: Endpoint<SqlTransaction>,
    private readonly log: LogReader,
    private readonly watch: GapWatch,
    private readonly config: LogConfig,
    private readonly prisma: PrismaClient,
  ) {}

  @Get('head')
  @ApiOkResponse({ type: HeadView })
  @ApiOperation({ summary: 'How far the log is, how far behind, and what waits' })
  async head() {
    const { head: position, recordedAt, held, quarantined, overdue } = await this.watch.state();
    return { position, recordedAt, lagSeconds: (await this.watch.lagSeconds()) ?? null, held, quarantined, overdueGaps: overdue };
  }

  @Get('gaps')
  @ApiOkResponse({ type: GapPage })
  @ApiOperation({ summary: 'Streams with missing versions, by name' })
  async gaps(@Query() { limit, after = '' }: GapsQuery) {
    const rows = await this.log.run((tx) => listGaps(tx, after, limit + 1, this.config.GAP_OVERDUE_AFTER_MS / 1_000));
    return pageOf(rows, limit, ({ stream }) => stream);
  }

  @Post('gaps/:stream/close')
  @HttpCode(200)
  @ApiOperation({
    summary: 'Give up a stream’s missing versions',
    description: 'Each gets an `event-store.event-missing` in its place, and what waited for them goes into the log.',
  })
  @ApiOkResponse({ type: GapClosedView, description: 'The versions that were given up' })
  @ApiResponse({ status: 409, description: 'Nothing is missing, or too much' })
  async close(@Param() { stream }: StreamParam, @Body() { reason, actor }: Decided) {
    const closed = await this.endpoint.request(closeGap, { stream, reason, actor });
    if (closed.ok) return { stream, missing: closed.missing };
    const title = closed.code === 'no-gap' ? 'The stream has no gap' : `The gap is wider than ${WIDEST_GAP}`;
    throw new Problem({ status: 409, code: closed.code, title, data: { stream } });
  }

  @Get('held')
  @ApiOkResponse({ type: HeldPage })
  @ApiOperation({ summary: 'Events whose predecessor has not come yet, by stream and version' })
  async held(@Query() { limit, after, stream }: OfStreamQuery) {
    const [version, name] = after === undefined ? [] : [Number(after.split(' ', 1)[0]), after.slice(after.indexOf(' ') + 1)];
    if (version !== undefined && !(Number.isInteger(version) && version > 0 && version < 2 ** 31)) throw badCursor();
    const beyond = version === undefined ? {} : { OR: [{ stream: { gt: name } }, { stream: name, version: { gt: version } }] };
    const rows = await this.prisma.held.findMany({
      take: limit + 1,
      orderBy: [{ stream: 'asc' }, { version: 'asc' }],
      where: { AND: [stream === undefined ? {} : { stream }, beyond] },
    });
    return pageOf(rows, limit, (row) => `${row.version} ${row.stream}`);
  }

  @Get('quarantine')
  @ApiOkResponse({ type: QuarantinePage })
  @ApiOperation({ summary: 'Events that have no place in the log, the latest first' })
  async quarantine(@Query() { limit, after, stream, dismissed }: QuarantineQuery) {
    if (after !== undefined && !/^\d{1,15}$/.test(after)) throw badCursor();
    const rows = await this.prisma.quarantine.findMany({
      take: limit + 1,
      orderBy: { number: 'desc' },
      where: {
        stream,
        dismissedAt: dismissed === 'true' ? { not: null } : null,
        ...(after === undefined ? {} : { number: { lt: BigInt(after) } }),
      },
    });
    return pageOf(rows.map((row) => ({ ...row, number: Number(row.number) })), limit, ({ number }) => String(number));
  }

  @Post('quarantine/:number/dismiss')
  @HttpCode(200)
  @ApiOperation({
    summary: 'Say that nothing is to be done about an event without a place',
    description: 'It stays listed (`dismissed=true`) with who said so and why, and is counted no more. Again: the first one stands.',
  })
  @ApiOkResponse({ type: DismissedView, description: 'Who dismissed it, why and when' })
  @ApiNotFoundResponse()
  async dismiss(@Param() { number }: QuarantineParam, @Body() { reason, actor }: Decided) {
    const [dismissed] = await this.log.run((tx) => dismissQuarantined(tx, number, actor, reason));
    if (!dismissed) throw notFound('quarantined event', String(number));
    return dismissed;
  }
}
