import type { CommandType, EventType } from '@comptoir/contracts';
import type { SagaDefinition } from '../definition';
import type { StepEvent } from './event';
import type { Failure, StepProgress } from './progress';
import type { RetryRule } from './retry';

/** compensatable (can be undone) -> pivot (the point of no return) -> retriable (must end well). */
export type StepKind = 'compensatable' | 'pivot' | 'retriable';

export type AnswerRule =
  | {
      readonly outcome: 'success';
      readonly event: EventType;
      readonly apply: ((data: unknown, body: unknown) => unknown) | undefined;
      readonly reaches: string | undefined;
    }
  | { readonly outcome: 'refusal'; readonly event: EventType; readonly reasonOf: (body: unknown) => string };

/** How long one message may stay unanswered, and how often it is sent. */
export interface Patience {
  readonly deadlineMs: number;
  readonly retry: RetryRule;
}

/** A command that takes something back: a step's compensation, or the abort at the very end. */
export interface UndoRule extends Patience {
  readonly command: CommandType;
  readonly body: (data: unknown, failure: Failure) => unknown;
  /** The answers that mean it is done; any other of the command's answers parks the saga. */
  readonly doneBy: readonly EventType[];
}

export interface StepRule extends Patience {
  readonly name: string;
  readonly kind: StepKind;
  readonly command: CommandType;
  readonly body: (data: unknown) => unknown;
  readonly answers: readonly AnswerRule[];
  readonly compensation: UndoRule | undefined;
  /** Events on which the step's own service undoes it, without being asked. */
  readonly undoneBy: readonly EventType[];
}

/** What a saga of steps is made of, before it becomes functions. */
export interface StepList {
  readonly type: string;
  readonly version: number;
  readonly start: { readonly event: EventType; readonly apply: (body: unknown) => unknown };
  /** The saga's own check: its output is what is stored. Throws `InvalidSagaData`. */
  readonly check: (data: unknown) => unknown;
  readonly stateLabels: { readonly started: string; readonly completed: string; readonly aborted: string };
  readonly steps: readonly StepRule[];
  readonly abort: UndoRule | undefined;
}

/** The position of a saga that has undone everything and says so. No step may have this name. */
export const ABORT = 'abort';

/** A saga built of steps: what the runtime drives, and the list itself for diagrams and people. */
export interface SagaOfSteps<Data = unknown> extends SagaDefinition<Data, StepProgress, StepEvent> {
  readonly list: StepList;
}

export const stepNamed = (list: StepList, name: string): StepRule => {
  const step = list.steps.find((each) => each.name === name);
  if (!step) throw new TypeError(`Saga ${list.type} version ${list.version} has no step ${name}`);
  return step;
};
