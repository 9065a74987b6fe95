import { Body, Controller, Get, Headers, Post, Query, Res } from '@nestjs/common';
import { ApiHeader, ApiOperation, ApiResponse, ApiTags } from '@nestjs/swagger';
import { Endpoint, type SqlTransaction } from '@comptoir/messaging';
import { IdempotencyKey, Problem, validationProblem } from '@comptoir/platform';
import { v7 as uuidv7 } from 'uuid';
import { ApiEvents } from './api-events';
import { appendEvents, type AppendReply } from './append-events';
import { eventPage } from './event-line';
import { EventsQuery, MAX_PAGE, NewEvents } from './event-queries';
import { preconditionOf } from './expected-version';
import { LogReader } from './log-reader';
import { Appended } from './log-views';
import { NDJSON, ndjson, wantsLines, type Reply } from './ndjson';
import { publisherOf, speakerOf } from './owned';

@ApiTags('events')
@Controller('events')
export class EventsController {
  constructor(
    private readonly endpoint: Endpoint<SqlTransaction>,
    private readonly log: LogReader,
  ) {}

  @Get()
  @ApiOperation({
    summary: 'Events of all streams by position, of some types, of a period',
    description: `\`Accept: ${NDJSON}\` gives one event per line, without end of page, up to the log's head at the time of asking.`,
  })
  @ApiEvents('Events; of a page also `next`, the position to continue `after`')
  async list(@Query() query: EventsQuery, @Headers('accept') accept: string | undefined, @Res() reply: Reply) {
    const { type: types, from: recordedFrom, to: recordedUntil, after } = query;
    const options = { raw: true, ...(types ? { types } : {}), ...(recordedFrom ? { recordedFrom } : {}), ...(recordedUntil ? { recordedUntil } : {}) };
    if (wantsLines(accept)) {
      // What comes in meanwhile is not waited for: the answer has an end.
      const head = await this.log.head();
      const read = async (last: { position: number } | undefined, limit: number) =>
        (await this.log.all({ ...options, after: last?.position ?? after, limit })).filter(({ position }) => position <= head);
      return reply.type(NDJSON).send(ndjson(read, query.limit ?? Infinity));
    }
    const limit = pageLimit(query.limit);
    const events = await this.log.all({ ...options, after, limit: limit + 1 });
    const items = events.slice(0, limit);
    return reply.type('application/json').send(eventPage(items, events.length > limit ? (items.at(-1)?.position ?? null) : null));
  }

  @Post()
  @ApiOperation({
    summary: 'Append events from outside to a stream',
    description: 'Not to a stream that a service publishes: its owner counts its versions. Nor of a type whose owner (`<owner>.<event>`) is a ' +
      'service: views believe what services say. The log keeps them; nobody is sent them.',
  })
  @ApiHeader({ name: 'If-Match', required: false, description: 'The version the stream must be at', schema: { type: 'string', example: '"5"' } })
  @ApiHeader({ name: 'If-None-Match', required: false, description: '`*`: the stream must not be there', schema: { type: 'string' } })
  @ApiResponse({ status: 201, type: Appended, description: 'Appended' })
  @ApiResponse({ status: 200, type: Appended, description: 'All of it was there already, by these ids' })
  @ApiResponse({ status: 409, description: 'The stream is elsewhere (`actual`), an id is taken, or the stream or a type has an owner' })
  @ApiResponse({ status: 412, description: 'The stream is not where If-Match or If-None-Match say (`actual`)' })
  async append(
    @Body() { stream, expectedVersion, events }: NewEvents,
    @Headers('if-match') ifMatch: string | undefined,
    @Headers('if-none-match') ifNoneMatch: string | undefined,
    @IdempotencyKey() idempotencyKey: string | undefined,
    @Res({ passthrough: true }) reply: Reply,
  ) {
    refuseWhatIsOwned(stream, events);
    const { expected, status } = preconditionOf(expectedVersion, { ifMatch, ifNoneMatch });
    const twice = events.findIndex(({ id }, index) => id !== undefined && events.findIndex((each) => each.id === id) < index);
    if (twice >= 0) throw validationProblem([{ path: ['events', twice, 'id'], message: 'comes twice' }]);
    // A key repeats the first reply; ids are made for those that have none, and are no part of what the key stands for.
    const input = { stream, expected, events: idempotencyKey === undefined ? events.map((each) => ({ ...each, id: each.id ?? uuidv7() })) : events };
    const outcome = await this.endpoint.request(appendEvents, input, { idempotencyKey });
    if (!outcome.ok) throw refusal(stream, outcome, status);
    const { version, positions, repeated } = outcome;
    reply.status(repeated ? 200 : 201).header('etag', `"${version}"`);
    return { stream, version, positions, repeated };
  }
}

/** Nobody speaks for a service of the company, nor begins a stream that one publishes. */
function refuseWhatIsOwned(stream: string, events: readonly { readonly type: string }[]): void {
  const publisher = publisherOf(stream);
  if (publisher !== undefined) throw refusal(stream, { ok: false, code: 'stream-has-an-owner', owner: publisher }, 409);
  for (const { type } of events) {
    const owner = speakerOf(type);
    if (owner === undefined) continue;
    const detail = `${type} is said by ${owner}, and by nobody else; name an owner of your own`;
    throw new Problem({ status: 409, code: 'type-has-an-owner', title: 'Only its owner says this', detail, data: { type, owner } });
  }
}

export function pageLimit(limit: number | undefined): number {
  if (limit !== undefined && limit > MAX_PAGE)
    throw validationProblem([{ path: ['limit'], message: `must be at most ${MAX_PAGE}, unless lines are asked for (Accept: ${NDJSON})` }]);
  return limit ?? 100;
}

function refusal(stream: string, outcome: Extract<AppendReply, { ok: false }>, status: 409 | 412): Problem {
  switch (outcome.code) {
    case 'concurrency-conflict': {
      const { code, expected, actual } = outcome;
      const detail = actual === 0 ? `There is no stream ${stream}` : `Stream ${stream} is at version ${actual}, not ${expected}`;
      const headers = { etag: `"${actual}"` };
      return new Problem({ status, code, title: 'The stream is not at the expected version', detail, data: { stream, expected, actual }, headers });
    }
    case 'event-id-taken': {
      const { code, eventId, takenBy } = outcome;
      const detail = `Event ${eventId} is already in ${takenBy.stream}, at version ${takenBy.version}`;
      return new Problem({ status: 409, code, title: 'The event’s id is taken', detail, data: { stream, eventId, takenBy } });
    }
    case 'stream-has-an-owner': {
      const { code, owner } = outcome;
      const detail = `Stream ${stream} is counted by ${owner}, which publishes it`;
      return new Problem({ status: 409, code, title: 'Only its owner appends to this stream', detail, data: { stream, owner } });
    }
  }
}
