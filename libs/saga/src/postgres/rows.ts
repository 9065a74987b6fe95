import type { SagaInstance, SagaStatus } from '../instance';

const PLAIN = ['type', 'conversation', 'definition_version', 'status', 'step', 'label', 'data', 'progress', 'version'];
const TIMES = ['deadline', 'started_at', 'updated_at', 'ended_at'];

/** Milliseconds since the epoch: a number is read much faster than a timestamp's text. */
export const millisecondsOf = (time: string) => `(extract(epoch FROM ${time}) * 1000)::float8`;

/** An instance's columns. */
export const RAW = (of: string) => [...PLAIN, ...TIMES].map((column) => `${of}.${column}`).join(', ');

/** An instance's columns, as `InstanceRow` has them. */
export const COLUMNS = (of: string) =>
  [
    ...PLAIN.map((column) => `${of}.${column}`),
    ...TIMES.map((time) => `${millisecondsOf(`${of}.${time}`)} AS ${time}`),
  ].join(', ');

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
  readonly deadline: number | null;
  readonly started_at: number;
  readonly updated_at: number;
  readonly ended_at: number | null;
}

const dateOf = (ms: number | null) => (ms === null ? undefined : new Date(ms));

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
  deadline: dateOf(row.deadline),
  startedAt: new Date(row.started_at),
  updatedAt: new Date(row.updated_at),
  endedAt: dateOf(row.ended_at),
});

const SLOT_MS = 10_000;

/**
 * The deadline in steps of ten seconds. It is what is indexed: the deadline itself moves with every message, the slot
 * hardly ever, and an update that leaves the indexed columns alone stays within its page.
 */
export const slotOf = (deadline: Date) => Math.floor(deadline.getTime() / SLOT_MS);
