import { Controller, Get, Inject, Param, Query, UseGuards } from '@nestjs/common';
import { ApiNotFoundResponse, ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { Instant } from '@comptoir/contracts/time';
import { notFound, pageOf, PageQuery, validationProblem } from '@comptoir/platform';
import type { FlowMap } from '@comptoir/saga';
import { createZodDto } from 'nestjs-zod';
import { z } from 'zod';
import { ApiOnly } from '../projections/providers';
import { jsonOf } from '../rows/pages';
import { Reads, type Queries } from '../rows/reads';
import { answerOf, Conversation, RunItem } from './answer';
import { asOf, latestRuns, saidIn, stuckRuns, timeline, type RunPlace } from './queries';
import { followRun, runKey, type Run, type Said } from './run';

/** Injection token of the map that conversations are followed by. */
export const CONVERSATION_MAP = Symbol('conversation map');

const Word = z.string().max(200).regex(/^[^\p{Cc}\p{Cs}]+$/u, 'must be printable');

class ConversationParam extends createZodDto(z.object({ conversationId: Word })) {}
class TimelineQuery extends createZodDto(PageQuery) {}
class RunsQuery extends createZodDto(
  PageQuery.extend({
    stuck: z
      .enum(['true'])
      .optional()
      .meta({ description: 'Only those that have not ended although something is overdue, the longest late first' }),
    flow: Word.optional().meta({ example: 'order-fulfilment' }),
  }),
) {}
class ConversationView extends createZodDto(Conversation) {}
class RunPage extends createZodDto(z.object({ items: z.array(RunItem), next: z.string().nullable() })) {}

@ApiTags('conversations')
@Controller('conversations')
@UseGuards(ApiOnly)
export class ConversationController {
  constructor(
    private readonly reads: Reads,
    @Inject(CONVERSATION_MAP) private readonly map: FlowMap,
  ) {}

  @Get()
  @ApiOperation({ summary: 'Runs of flows, the latest begun first; `stuck=true`: the ones that need looking at' })
  @ApiOkResponse({ type: RunPage })
  async list(@Query() { limit, after, stuck, flow }: RunsQuery) {
    const order = stuck === undefined ? 'latest' : 'stuck';
    const query = { flow, after: placeOf(after, order), limit: limit + 1 };
    const { now, page, said } = await this.reads.atOneMoment(async (moment) => {
      const at = await asOf(moment);
      const runs = pageOf(await (stuck === undefined ? latestRuns : stuckRuns)(moment, query), limit, (run) => placeKey(order, run));
      return { now: at.now, page: runs, said: await saidByRun(moment, runs.items.map(({ conversation }) => conversation)) };
    });
    const items = page.items.map((run) => {
      const followed = followRun(this.map, said.get(runKey(run)) ?? [], now);
      const { conversation: conversationId, ...more } = run;
      return { conversationId, ...more, overdue: run.lateFrom !== null && run.lateFrom < now, expected: followed?.expected ?? [] };
    });
    return { items, next: page.next };
  }

  @Get(':conversationId')
  @ApiOperation({ summary: 'What happened in a conversation, and what is expected next: from whom, until when, and whether it is overdue' })
  @ApiOkResponse({ type: ConversationView })
  @ApiNotFoundResponse({ description: 'Nothing was said in such a conversation, or the view has not come that far' })
  async read(@Param() { conversationId }: ConversationParam, @Query() { limit, after }: TimelineQuery) {
    const position = positionOf(after);
    const { at, runs, happenings } = await this.reads.atOneMoment(async (moment) => ({
      at: await asOf(moment),
      runs: await saidByRun(moment, [conversationId]),
      happenings: await timeline(moment, conversationId, position, limit + 1),
    }));
    if (runs.size === 0) throw notFound('conversation', conversationId);
    return answerOf(this.map, { conversationId, at, runs: [...runs.values()], page: pageOf(happenings, limit, (each) => String(each.position)) });
  }
}

/** Whatever PostgreSQL has as text, it takes: not NUL. */
const Stored = z.string().regex(/^[^\0]*$/);
const Place = z.object({ order: z.string(), at: Instant, conversation: Stored, flow: Stored });

const placeKey = (order: string, { conversation, flow, startedAt, lateFrom }: Run) =>
  JSON.stringify({ order, at: order === 'stuck' ? lateFrom : startedAt, conversation, flow });

/** A cursor of another order would skip what nobody has seen. */
function placeOf(after: string | undefined, order: string): RunPlace | undefined {
  if (after === undefined) return undefined;
  const place = Place.safeParse(jsonOf(after));
  if (place.success && place.data.order === order) return place.data;
  throw validationProblem([{ path: ['after'], message: 'must be the `next` of an earlier page in the same order' }]);
}

function positionOf(after: string | undefined): number {
  const position = Number(after ?? 0);
  if (Number.isSafeInteger(position) && position >= 0) return position;
  throw validationProblem([{ path: ['after'], message: 'must be the `next` of an earlier page' }]);
}

async function saidByRun(queries: Queries, conversations: readonly string[]): Promise<ReadonlyMap<string, readonly Said[]>> {
  const runs = new Map<string, Said[]>();
  if (conversations.length === 0) return runs;
  for (const said of await saidIn(queries, [...new Set(conversations)])) {
    const run = runs.get(runKey(said));
    if (run) run.push(said);
    else runs.set(runKey(said), [said]);
  }
  return runs;
}
