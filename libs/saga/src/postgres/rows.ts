import type { SagaInstance, SagaStatus } from '../instance';

/** Columns of an instance, wherever it is read from. */
export const COLUMNS = (of: string) =>
  ['type', 'conversation', 'definition_version', 'status', 'step', 'label', 'data', 'progress', 'version', 'deadline', 'started_at', 'updated_at', 'ended_at']
    .map((column) => `${of}.${column}`)
    .join(', ');

export interface InstanceRow {
  readonly type: string;
  readonly conversation: string;
  readonly definition_version: number;
  readonly status: SagaStatus;
  readonly step: string | null;
  readonly label: string;
  readonly data: unknown;
  readonly progress: unknown;
  readonly version: number;
  readonly deadline: Date | null;
  readonly started_at: Date;
  readonly updated_at: Date;
  readonly ended_at: Date | null;
}

export const instanceOf = (row: InstanceRow): SagaInstance => ({
  type: row.type,
  conversation: row.conversation,
  definitionVersion: row.definition_version,
  status: row.status,
  step: row.step ?? undefined,
  label: row.label,
  data: row.data,
  progress: row.progress,
  version: row.version,
  deadline: row.deadline ?? undefined,
  startedAt: row.started_at,
  updatedAt: row.updated_at,
  endedAt: row.ended_at ?? undefined,
});

const SLOT_MS = 10_000;

/**
 * The deadline in steps of ten seconds. It is what is indexed: the deadline itself moves with every message, the slot
 * hardly ever, and an update that leaves the indexed columns alone stays within its page.
 */
export const slotOf = (deadline: Date) => Math.floor(deadline.getTime() / SLOT_MS);
