export const SAGA_STATUSES = ['running', 'compensating', 'parked', 'completed', 'compensated', 'cancelled'] as const;
/** `parked` waits for a person; the last three are the ends. */
export type SagaStatus = (typeof SAGA_STATUSES)[number];
export type EndStatus = Extract<SagaStatus, 'completed' | 'compensated' | 'cancelled'>;

/**
 * What events make of a saga: plain JSON but for the deadline. `Progress` belongs to whoever decides: the step list keeps
 * a `StepProgress` there, a pair written by hand whatever it needs.
 */
export interface SagaState<Data = unknown, Progress = unknown> {
  readonly status: SagaStatus;
  /** Position: the name of the step it waits for or undoes. `undefined` once ended. */
  readonly step: string | undefined;
  /** The business's word for where it is: `STOCK_RESERVED`. */
  readonly label: string;
  /** Must survive JSON. */
  readonly data: Data;
  readonly progress: Progress;
  /** When waiting has been long enough; `undefined` where nothing is waited for (parked, ended). */
  readonly deadline: Date | undefined;
}

/** One run of a saga. `(type, conversation)` is unique. */
export interface SagaInstance<Data = unknown, Progress = unknown> extends SagaState<Data, Progress> {
  readonly type: string;
  readonly conversation: string;
  /** It ends by the definition it started with. */
  readonly definitionVersion: number;
  /** Counts transitions from 1, and guards every write. */
  readonly version: number;
  readonly startedAt: Date;
  readonly updatedAt: Date;
  readonly endedAt: Date | undefined;
}

export const isEnded = ({ status }: Pick<SagaState, 'status'>) =>
  status === 'completed' || status === 'compensated' || status === 'cancelled';
