import { PageQuery } from '@comptoir/platform';
import { SAGA_STATUSES } from '@comptoir/saga';
import type { SagaState, StepProgress } from '@comptoir/saga';
import { createZodDto } from 'nestjs-zod';
import { z } from 'zod';
import type { Action, History, Instance } from './generated/prisma/client';

const AGE = /^(\d{1,9})(s|m|h|d)$/;
const AGE_MS = { s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 } as const;

export class SagaQuery extends createZodDto(
  PageQuery.extend({
    type: z.string().max(100).optional().meta({ example: 'order-fulfilment' }),
    status: z.enum(SAGA_STATUSES).optional(),
    state: z.string().max(100).optional().meta({ description: 'The business state', example: 'STOCK_RESERVED' }),
    step: z
      .string()
      .max(100)
      .optional()
      .meta({ description: 'The step it waits for or undoes', example: 'reserve-stock' }),
    olderThan: z
      .string()
      .regex(AGE, 'must be an age such as 30s, 10m, 2h or 7d')
      .transform((age) => {
        const [, count, unit] = AGE.exec(age) ?? [];
        return Number(count) * AGE_MS[unit as keyof typeof AGE_MS];
      })
      .optional()
      .meta({ description: 'Started longer ago than this', example: '10m' }),
  }),
) {}

export class SagaParam extends createZodDto(
  z.object({ id: z.string().min(1).max(200).meta({ description: 'The conversation: for an order, its id' }) }),
) {}
export class TypeQuery extends createZodDto(z.object({ type: z.string().max(100).optional() })) {}

const time = z.iso.datetime();
const failure = z.object({ kind: z.string(), step: z.string(), reason: z.string() }).nullable();

export class SagaSummary extends createZodDto(
  z.object({
    id: z.string(),
    type: z.string(),
    definitionVersion: z.int(),
    status: z.enum(SAGA_STATUSES),
    state: z.string(),
    step: z.string().nullable(),
    failure,
    /** Why it needs a person. */
    parked: z.object({ code: z.string(), reason: z.string() }).nullable(),
    deadline: time.nullable(),
    version: z.int(),
    startedAt: time,
    updatedAt: time,
    endedAt: time.nullable(),
  }),
) {}

export class SagaPage extends createZodDto(
  z.object({ items: z.array(SagaSummary.schema), next: z.string().nullable() }),
) {}

const Entry = z
  .object({
    at: time,
    version: z.int(),
    input: z.string(),
    causeId: z.string().nullable(),
    events: z.array(z.looseObject({ type: z.string() })),
    sent: z.array(z.string()),
    status: z.string(),
    step: z.string().nullable(),
    state: z.string(),
  })
  .meta({ description: 'What came in, what happened, which messages went out, and where the saga was afterwards' });

const ActionEntry = z.object({
  actionId: z.string(),
  at: time,
  action: z.string(),
  actor: z.string(),
  reason: z.string(),
  outcome: z.string(),
});

export class SagaView extends createZodDto(
  SagaSummary.schema.extend({
    data: z.unknown(),
    remaining: z
      .array(z.object({ role: z.enum(['step', 'compensation', 'abort']), step: z.string(), command: z.string() }))
      .nullable()
      .meta({ description: 'What is ahead if all goes well; null where this process does not know the definition' }),
    timeline: z.array(Entry),
    actions: z.array(ActionEntry),
  }),
) {}

/** The state as the definition knows it. The data were written by the saga library. */
export const stateOf = (row: Instance): SagaState<unknown, StepProgress> => ({
  status: row.status as SagaState['status'],
  step: row.step ?? undefined,
  label: row.label,
  data: row.data,
  progress: row.progress as unknown as StepProgress,
  deadline: row.deadline ?? undefined,
});

export function summaryOf(row: Instance) {
  const { progress } = stateOf(row);
  return {
    id: row.conversation,
    type: row.type,
    definitionVersion: row.definitionVersion,
    status: row.status,
    state: row.label,
    step: row.step,
    failure: progress.failure ?? null,
    parked: progress.parked ? { code: progress.parked.code, reason: progress.parked.reason } : null,
    deadline: row.deadline?.toISOString() ?? null,
    version: row.version,
    startedAt: row.startedAt.toISOString(),
    updatedAt: row.updatedAt.toISOString(),
    endedAt: row.endedAt?.toISOString() ?? null,
  };
}

export const entryOf = (row: History) => ({
  at: row.at.toISOString(),
  version: row.version,
  input: row.input,
  causeId: row.causeId,
  events: row.events,
  sent: row.sent,
  status: row.status,
  step: row.step,
  state: row.label,
});

export const actionOf = (row: Action) => ({
  actionId: row.id,
  at: row.at.toISOString(),
  action: row.action,
  actor: row.actor,
  reason: row.reason,
  outcome: row.outcome,
});
