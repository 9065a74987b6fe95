import type { AnswerOf, BodyOf, CommandType, EventType } from '@comptoir/contracts';
import type { z } from 'zod';
import type { Duration } from '../duration';
import { milliseconds } from '../duration';
import { InvalidDefinition } from '../errors';
import type { Failure } from './progress';
import type { RetryOptions, RetryRule } from './retry';
import { DEFAULT_DEADLINE_MS, retryRule } from './retry';
import type { AnswerRule, StepKind, StepRule, UndoRule } from './step-list';

/** What the saga knows at a stage: its data, with what earlier steps brought no longer optional. */
export type Known<Base, S> = Base & Pick<S, Extract<keyof S, keyof Base>>;

export interface UndoOptions<C extends CommandType> {
  /** Answers that mean it is done. Needed where the command declares several; any other then parks the saga. */
  readonly doneBy?: readonly AnswerOf<C>[];
  /** Default: the step's own deadline, or 30 s. */
  readonly deadline?: Duration;
  readonly retry?: RetryOptions;
}

/** A step before its command is named. */
export interface StepStart<Base, S> {
  /** The point of no return: sent again until it is answered; only its declared refusal turns the saga back. */
  pivot(): StepStart<Base, S>;
  /** After the pivot: must end well, sent again until it does. */
  retriable(): StepStart<Base, S>;
  send<C extends CommandType>(
    command: C,
    body: (state: S) => z.input<C['schema']>,
  ): StepAnswers<Base, S, AnswerOf<C>, never>;
}

/**
 * A step whose command is named. `Left` are the command's answers not dealt with yet: the saga takes the step only when
 * none is left. `Next` is what the saga knows after it.
 */
export interface StepAnswers<Base, S, Left extends EventType, Next> {
  /** The step is done; the data stays as it is. */
  on<E extends Left>(event: E, options?: { reaches?: string }): StepAnswers<Base, S, Exclude<Left, E>, Next | S>;
  /** The step is done and brought something. */
  on<E extends Left, N extends Base>(
    event: E,
    apply: (state: S, body: BodyOf<E>) => N,
    options?: { reaches?: string },
  ): StepAnswers<Base, S, Exclude<Left, E>, Next | Known<Base, N>>;
  /** A business refusal: it did not happen, and what came before is undone. Default reason: the body's `reason`. */
  rejectedBy<E extends Left>(
    event: E,
    reasonOf?: (body: BodyOf<E>) => string,
  ): StepAnswers<Base, S, Exclude<Left, E>, Next>;
  /** Undoes the step. It may find that the step never happened: it then sees to it that it never will. */
  compensate<C extends CommandType>(
    command: C,
    body: (state: S, failure: Failure) => z.input<C['schema']>,
    options?: UndoOptions<C>,
  ): StepAnswers<Base, S, Left, Next>;
  /**
   * The step's own service undoes it when it hears this event, without being asked: of a step without a compensation.
   * The check of the flows sees to it that the service does listen.
   */
  undoneBy(event: EventType): StepAnswers<Base, S, Left, Next>;
  /** How long an answer may take. Default 30 s. */
  deadline(duration: Duration): StepAnswers<Base, S, Left, Next>;
  /** How often a pivot, a retriable step or a compensation is sent. */
  retry(options: RetryOptions): StepAnswers<Base, S, Left, Next>;
  pivot(): StepAnswers<Base, S, Left, Next>;
  retriable(): StepAnswers<Base, S, Left, Next>;
  /** Types only. */
  readonly unanswered?: Left;
  readonly next?: Next;
}

type Erased = (...args: never[]) => unknown;

/** Collects a step. Its public face is `StepStart`, then `StepAnswers`; the types of state and bodies end here. */
export class StepBuilder {
  private kind: StepKind = 'compensatable';
  private command: { type: CommandType; body: StepRule['body'] } | undefined;
  private undo: { command: CommandType; body: UndoRule['body']; options: UndoOptions<CommandType> } | undefined;
  private readonly answers: AnswerRule[] = [];
  private readonly undoneByEvents: EventType[] = [];
  private deadlineMs = DEFAULT_DEADLINE_MS;
  private retryRule: RetryRule = retryRule();

  constructor(private readonly name: string) {}

  pivot(): this {
    this.kind = 'pivot';
    return this;
  }

  retriable(): this {
    this.kind = 'retriable';
    return this;
  }

  send(type: CommandType, body: Erased): this {
    this.command = { type, body: body as StepRule['body'] };
    return this;
  }

  on(event: EventType, apply?: Erased | { reaches?: string }, options?: { reaches?: string }): this {
    const mapped = typeof apply === 'function' ? (apply as (data: unknown, body: unknown) => unknown) : undefined;
    const reaches = (typeof apply === 'function' ? options : apply)?.reaches;
    this.answers.push({ outcome: 'success', event, apply: mapped, reaches });
    return this;
  }

  rejectedBy(event: EventType, reasonOf: Erased = statedReason(event)): this {
    this.answers.push({ outcome: 'refusal', event, reasonOf: reasonOf as (body: unknown) => string });
    return this;
  }

  compensate(command: CommandType, body: Erased, options: UndoOptions<CommandType> = {}): this {
    this.undo = { command, body: body as UndoRule['body'], options };
    return this;
  }

  undoneBy(event: EventType): this {
    this.undoneByEvents.push(event);
    return this;
  }

  deadline(duration: Duration): this {
    this.deadlineMs = milliseconds(duration);
    return this;
  }

  retry(options: RetryOptions): this {
    this.retryRule = retryRule(options);
    return this;
  }

  rule(): StepRule {
    const { name, kind, command, answers, undoneByEvents: undoneBy, deadlineMs, retryRule: retry } = this;
    if (!command) throw new InvalidDefinition(`Step ${name} sends nothing`, { step: name });
    const patience = { deadlineMs, retry };
    const compensation = this.undo && undoRule(this.undo.command, this.undo.body, this.undo.options, patience);
    return { name, kind, command: command.type, body: command.body, answers, compensation, undoneBy, ...patience };
  }
}

export function undoRule(
  command: CommandType,
  body: UndoRule['body'],
  { doneBy = command.answers, deadline, retry }: UndoOptions<CommandType>,
  patience: { deadlineMs: number; retry: RetryRule },
): UndoRule {
  return {
    command,
    body,
    doneBy,
    deadlineMs: deadline ? milliseconds(deadline) : patience.deadlineMs,
    retry: retry ? retryRule(retry) : patience.retry,
  };
}

const statedReason = (event: EventType) => (body: unknown) => {
  const reason = typeof body === 'object' && body !== null && 'reason' in body ? body.reason : undefined;
  return typeof reason === 'string' ? reason : event.action;
};
