import type { BodyOf, CommandType, EventType } from '@comptoir/contracts';
import type { z } from 'zod';
import { InvalidSagaData } from './errors';
import { checkList } from './steps/check';
import { compile } from './steps/compile';
import type { Failure } from './steps/progress';
import { DEFAULT_DEADLINE_MS, retryRule } from './steps/retry';
import type { Known, StepAnswers, StepStart, UndoOptions } from './steps/step-builder';
import { StepBuilder, undoRule } from './steps/step-builder';
import type { SagaOfSteps, StepList, StepRule, UndoRule } from './steps/step-list';

export interface SagaOptions<Schema extends z.ZodType> {
  /** Raise it when live instances could not go on by the new steps, and keep the old definition registered until they ended. */
  readonly version: number;
  /** What the saga knows; must survive JSON. What later steps bring is optional, and no longer so once they have. */
  readonly state: Schema;
  /** The business's words for the start and the ends; the steps name the others (`reaches`). */
  readonly labels?: { readonly started?: string; readonly completed?: string; readonly aborted?: string };
}

export interface SagaStart<Schema extends z.ZodType> {
  startedBy<E extends EventType, S extends z.input<Schema>>(
    event: E,
    state: (body: BodyOf<E>) => S,
  ): SagaSteps<z.output<Schema>, Known<z.output<Schema>, S>, Known<z.output<Schema>, S>>;
}

/** `First` is known from the start, `S` after the steps so far. */
export interface SagaSteps<Base, First, S> {
  step<Next>(
    name: string,
    define: (step: StepStart<Base, S>) => StepAnswers<Base, S, never, Next>,
  ): SagaSteps<Base, First, Next>;
  /** The last word of a saga that was undone, after all compensations. Its answer ends the saga. */
  onAbort<C extends CommandType>(
    command: C,
    body: (state: First, failure: Failure) => z.input<C['schema']>,
    options?: UndoOptions<C>,
  ): SagaSteps<Base, First, S>;
  /** Throws `InvalidDefinition` for a saga that cannot work. */
  build(): SagaOfSteps<Base>;
}

/** Declares a saga. The definition reads as the process, and compiles to two pure functions. */
export function saga<Schema extends z.ZodType>(type: string, options: SagaOptions<Schema>): SagaStart<Schema> {
  return {
    startedBy<E extends EventType, S extends z.input<Schema>>(event: E, state: (body: BodyOf<E>) => S) {
      type Base = z.output<Schema>;
      const start = { event, apply: state as (body: unknown) => unknown };
      return new SagaBuilder(type, options, start) as unknown as SagaSteps<Base, Known<Base, S>, Known<Base, S>>;
    },
  };
}

/** Collects the definition. Its public face is `SagaSteps`; the types of state and bodies end here. */
class SagaBuilder {
  private readonly steps: StepRule[] = [];
  private abort: UndoRule | undefined;

  constructor(
    private readonly type: string,
    private readonly options: SagaOptions<z.ZodType>,
    private readonly start: StepList['start'],
  ) {}

  step(name: string, define: (step: StepBuilder) => StepBuilder): this {
    this.steps.push(define(new StepBuilder(name)).rule());
    return this;
  }

  onAbort(command: CommandType, body: UndoRule['body'], options: UndoOptions<CommandType> = {}): this {
    this.abort = undoRule(command, body, options, { deadlineMs: DEFAULT_DEADLINE_MS, retry: retryRule() });
    return this;
  }

  build(): SagaOfSteps {
    const { type, start, steps, abort } = this;
    const { version, state, labels = {} } = this.options;
    const { started = 'PENDING', completed = 'COMPLETED', aborted = 'CANCELLED' } = labels;
    const check = (data: unknown) => {
      const checked = state.safeParse(data);
      if (checked.success) return checked.data;
      throw new InvalidSagaData(`Saga ${type}: ${checked.error.message}`, { saga: type, version });
    };
    const list: StepList = { type, version, start, check, steps, abort, stateLabels: { started, completed, aborted } };
    checkList(list);
    return compile(list);
  }
}
