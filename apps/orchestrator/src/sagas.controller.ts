import { Controller, Get, Inject, Param, Query } from '@nestjs/common';
import { ApiNotFoundResponse, ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { notFound, pageOf, validationProblem } from '@comptoir/platform';
import { PrismaClient, type Prisma } from './generated/prisma/client';
import {
  actionOf,
  entryOf,
  SagaPage,
  SagaParam,
  SagaQuery,
  SagaView,
  stateOf,
  summaryOf,
  TypeQuery,
} from './saga-views';
import { definitionOf, SAGAS, typeOf, type RegisteredSaga } from './sagas';

@ApiTags('sagas')
@Controller('sagas')
export class SagasController {
  constructor(
    private readonly prisma: PrismaClient,
    @Inject(SAGAS) private readonly sagas: readonly RegisteredSaga[],
  ) {}

  @Get()
  @ApiOperation({ summary: 'Sagas, live and ended, the latest conversation first' })
  @ApiOkResponse({ type: SagaPage })
  async list(@Query() query: SagaQuery) {
    const { limit, after, type, status, state, step, olderThan } = query;
    const rows = await this.prisma.instance.findMany({
      take: limit + 1,
      // Ids are UUIDv7: the greater, the later. The order is that of the primary keys.
      orderBy: [{ conversation: 'desc' }, { type: 'desc' }],
      where: {
        type,
        status,
        label: state,
        step,
        ...(olderThan === undefined ? {} : { startedAt: { lt: new Date(Date.now() - olderThan) } }),
        ...(after === undefined ? {} : afterKey(after)),
      },
    });
    return pageOf(rows.map(summaryOf), limit, ({ type, id }) => JSON.stringify([id, type]));
  }

  @Get(':id')
  @ApiOperation({ summary: 'One saga: where it is, how it came there, what is ahead' })
  @ApiOkResponse({ type: SagaView })
  @ApiNotFoundResponse()
  async read(@Param() { id }: SagaParam, @Query() { type }: TypeQuery) {
    const types = type === undefined ? this.sagas.map(typeOf) : [type];
    const row = await this.prisma.instance.findFirst({ where: { type: { in: types }, conversation: id } });
    if (!row) throw notFound('saga', id);
    const of = { type: row.type, conversation: id };
    const [timeline, actions] = await Promise.all([
      this.prisma.history.findMany({ where: of, orderBy: [{ version: 'asc' }, { id: 'asc' }] }),
      this.prisma.action.findMany({ where: of, orderBy: { id: 'asc' } }),
    ]);
    const definition = definitionOf(this.sagas, row.type, row.definitionVersion);
    return {
      ...summaryOf(row),
      data: row.data,
      remaining: definition?.remaining(stateOf(row)) ?? null,
      timeline: timeline.map(entryOf),
      actions: actions.map(actionOf),
    };
  }
}

function afterKey(after: string): Prisma.InstanceWhereInput {
  const [conversation, type] = keyOf(after);
  return { OR: [{ conversation: { lt: conversation } }, { conversation, type: { lt: type } }] };
}

function keyOf(after: string): readonly [string, string] {
  try {
    const key: unknown = JSON.parse(after);
    if (Array.isArray(key) && typeof key[0] === 'string' && typeof key[1] === 'string') return [key[0], key[1]];
  } catch {
    // Reported below like any other key that is none.
  }
  throw validationProblem([{ path: ['after'], message: 'must be the `next` of an earlier page' }]);
}
