import { Body, Controller, HttpCode, Inject, Param, Post, Query } from '@nestjs/common';
import { ApiConflictResponse, ApiNotFoundResponse, ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { printable } from '@comptoir/contracts/text';
import { Endpoint, type SqlTransaction } from '@comptoir/messaging';
import { IdempotencyKey, notFound, Problem } from '@comptoir/platform';
import { SAGA_STATUSES, UnregisteredDefinition, type PersonsAction } from '@comptoir/saga';
import { createZodDto } from 'nestjs-zod';
import { z } from 'zod';
import { PrismaClient } from './generated/prisma/client';
import { SagaParam, TypeQuery } from './saga-views';
import { SAGAS, typeOf, type RegisteredSaga } from './sagas';

const Ask = z.strictObject({
  actor: printable(100).meta({ description: 'Who asks; kept for good', example: 'ada@example.com' }),
  reason: printable(500).meta({
    description: 'Why; kept for good, and part of what the customer may be told',
    example: 'the bank is back',
  }),
});
class AskDto extends createZodDto(Ask) {}
class ResolveDto extends createZodDto(
  Ask.extend({
    answer: z
      .object({ type: z.string().max(200).meta({ example: 'orders.order-confirmed' }), body: z.unknown() })
      .meta({ description: 'The event that never came, as the person knows it' }),
  }),
) {}
class Taken extends createZodDto(
  z.object({ actionId: z.string(), status: z.enum(SAGA_STATUSES), step: z.string().nullable(), state: z.string() }),
) {}

const refusable = 'Not allowed where the saga is now; `refusal` says why';

@ApiTags('sagas')
@Controller('sagas/:id')
@ApiNotFoundResponse()
@ApiConflictResponse({ description: refusable })
export class SagaActionsController {
  constructor(
    private readonly endpoint: Endpoint<SqlTransaction>,
    private readonly prisma: PrismaClient,
    @Inject(SAGAS) private readonly sagas: readonly RegisteredSaga[],
  ) {}

  @Post('retry')
  @HttpCode(200)
  @ApiOperation({ summary: 'Send what a parked saga waits for once more' })
  @ApiOkResponse({ type: Taken })
  retry(
    @Param() { id }: SagaParam,
    @Query() { type }: TypeQuery,
    @Body() ask: AskDto,
    @IdempotencyKey() key: string | undefined,
  ) {
    return this.act(id, type, { kind: 'retry' }, ask, key);
  }

  @Post('skip')
  @HttpCode(200)
  @ApiOperation({
    summary: 'Go on without the step a parked saga waits for',
    description: 'Never the pivot, nor a step that a later one needs.',
  })
  @ApiOkResponse({ type: Taken })
  skip(
    @Param() { id }: SagaParam,
    @Query() { type }: TypeQuery,
    @Body() ask: AskDto,
    @IdempotencyKey() key: string | undefined,
  ) {
    return this.act(id, type, { kind: 'skip' }, ask, key);
  }

  @Post('resolve')
  @HttpCode(200)
  @ApiOperation({ summary: 'Give a parked saga the answer it waits for' })
  @ApiOkResponse({ type: Taken })
  resolve(
    @Param() { id }: SagaParam,
    @Query() { type }: TypeQuery,
    @Body() ask: ResolveDto,
    @IdempotencyKey() key: string | undefined,
  ) {
    return this.act(id, type, { kind: 'resolve', answer: { type: ask.answer.type, body: ask.answer.body } }, ask, key);
  }

  @Post('compensate')
  @HttpCode(200)
  @ApiOperation({ summary: 'Undo a parked saga', description: 'Not once its pivot was sent.' })
  @ApiOkResponse({ type: Taken })
  compensate(
    @Param() { id }: SagaParam,
    @Query() { type }: TypeQuery,
    @Body() ask: AskDto,
    @IdempotencyKey() key: string | undefined,
  ) {
    return this.act(id, type, { kind: 'compensate' }, ask, key);
  }

  @Post('cancel')
  @HttpCode(200)
  @ApiOperation({ summary: 'Cancel a running or parked saga', description: 'Undoes it. Not once its pivot was sent.' })
  @ApiOkResponse({ type: Taken })
  cancel(
    @Param() { id }: SagaParam,
    @Query() { type }: TypeQuery,
    @Body() ask: AskDto,
    @IdempotencyKey() key: string | undefined,
  ) {
    return this.act(id, type, { kind: 'cancel' }, ask, key);
  }

  private async act(
    id: string,
    type: string | undefined,
    action: PersonsAction,
    ask: AskDto,
    idempotencyKey: string | undefined,
  ) {
    const types = type === undefined ? this.sagas.map(typeOf) : [type];
    const row = await this.prisma.instance.findFirst({
      where: { type: { in: types }, conversation: id },
      select: { type: true },
    });
    const saga = this.sagas.find((each) => typeOf(each) === row?.type);
    if (!saga) throw notFound('saga', id);
    const { actor, reason } = ask;
    const reply = await this.endpoint
      .request(saga.actions, { conversation: id, action, actor, reason }, { idempotencyKey })
      .catch((error: unknown) => {
        if (!(error instanceof UnregisteredDefinition)) throw error;
        throw new Problem({
          status: 503,
          code: error.code,
          title: 'This process does not know the saga’s definition',
          detail: error.message,
        });
      });
    switch (reply.outcome) {
      case 'unknown-saga':
        throw notFound('saga', id);
      case 'refused':
        throw new Problem({
          status: 409,
          code: 'saga-action-refused',
          title: 'The saga does not allow this now',
          detail: reply.refusal.detail,
          data: {
            refusal: reply.refusal.code,
            actionId: reply.actionId,
            status: reply.refusal.status,
            step: reply.refusal.step ?? null,
          },
        });
      case 'accepted':
        return { actionId: reply.actionId, status: reply.status, step: reply.step, state: reply.label };
    }
  }
}
