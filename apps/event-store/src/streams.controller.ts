import { Controller, Get, Headers, Param, Query, Res } from '@nestjs/common';
import { ApiNotFoundResponse, ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import type { StoredEvent } from '@comptoir/event-store';
import { notFound, pageOf, PageQuery } from '@comptoir/platform';
import { createZodDto } from 'nestjs-zod';
import { z } from 'zod';
import { ApiEvents } from './api-events';
import { eventPage } from './event-line';
import { StateQuery, StreamName, StreamParam, StreamQuery } from './event-queries';
import { pageLimit } from './events.controller';
import { LogReader } from './log-reader';
import { StreamPage } from './log-views';
import { NDJSON, ndjson, wantsLines, type Reply } from './ndjson';
import { listStreams } from './sql/list-streams';
import { stateOf } from './state';

class StreamsQuery extends createZodDto(
  PageQuery.extend({ prefix: StreamName.optional().meta({ description: 'Of the name: `order-`' }) }),
) {}

class StateView extends createZodDto(
  z.object({
    stream: z.string(),
    version: z.int(),
    recordedAt: z.iso.datetime(),
    fold: z.string().meta({ description: 'order, payment, reservation, claim, cart; or merged: the events’ fields over each other' }),
    state: z.object({}).loose(),
    fields: z.object({}).loose().optional().meta({ description: 'Of a merged state: the values each field had, and since when' }),
    unread: z.array(z.string()).meta({ description: 'Types of events that changed nothing, because nobody says what they mean' }),
  }),
) {}

@ApiTags('streams')
@Controller('streams')
export class StreamsController {
  constructor(private readonly log: LogReader) {}

  @Get()
  @ApiOperation({ summary: 'Streams by name, with their last version' })
  @ApiOkResponse({ type: StreamPage })
  async list(@Query() { limit, after = '', prefix = '' }: StreamsQuery) {
    return pageOf(await this.log.run((tx) => listStreams(tx, after, prefix, limit + 1)), limit, ({ stream }) => stream);
  }

  @Get(':stream')
  @ApiOperation({ summary: 'A stream’s events by version', description: `\`Accept: ${NDJSON}\` gives all of them, one per line.` })
  @ApiEvents('Events; of a page also `next`, the version to continue `from`')
  @ApiNotFoundResponse({ description: 'There is no such stream' })
  async read(@Param() { stream }: StreamParam, @Query() query: StreamQuery, @Headers('accept') accept: string | undefined, @Res() reply: Reply) {
    const { direction, from } = query;
    const step = direction === 'forwards' ? 1 : -1;
    const page = (start: number | undefined, limit: number) =>
      this.log.stream(stream, { direction, limit, raw: true, ...(start === undefined ? {} : { from: start }) });
    const [first] = await page(undefined, 1);
    if (!first) throw notFound('stream', stream);
    if (wantsLines(accept)) {
      // Backwards there is nothing before the first version.
      const following = (last: StoredEvent | undefined) => (last ? last.version + step : from);
      const read = async (last: StoredEvent | undefined, limit: number) => (following(last) === 0 ? [] : page(following(last), limit));
      return reply.type(NDJSON).send(ndjson(read, query.limit ?? Infinity));
    }
    const limit = pageLimit(query.limit);
    const events = await page(from, limit + 1);
    return reply.type('application/json').send(eventPage(events.slice(0, limit), events[limit]?.version ?? null));
  }

  @Get(':stream/state')
  @ApiOperation({ summary: 'What a stream’s events come to: now, as of a version, or as of a time of recording' })
  @ApiOkResponse({ type: StateView })
  @ApiNotFoundResponse({ description: 'There was no such stream then' })
  async state(@Param() { stream }: StreamParam, @Query() { asOfVersion, asOfTime }: StateQuery) {
    const state = await stateOf(stream, (options) => this.log.stream(stream, options), { version: asOfVersion, time: asOfTime });
    if (!state) throw notFound('stream', stream);
    return state;
  }
}
