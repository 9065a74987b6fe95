import type { CommandType } from '@comptoir/contracts';
import type { Decision, Effect } from '../decision';
import type { DecideContext } from '../input';
import type { SagaInstance, SagaState } from '../instance';
import type { StepEvent } from './event';
import { evolve } from './evolve';
import type { Awaiting, Failure, ParkCode, Role, StepProgress } from './progress';
import { waitOf } from './retry';
import type { Patience, StepList, StepRule, UndoRule } from './step-list';
import { ABORT, stepNamed } from './step-list';

type State = SagaState<unknown, StepProgress>;
export type Instance = SagaInstance<unknown, StepProgress>;

/**
 * One decision in the making: collects events and sends, and folds as it goes, so that each rule sees what the ones before
 * it did. Lives for one call of `decide`.
 */
export class Turn {
  private readonly events: StepEvent[] = [];
  private readonly effects: Effect[] = [];

  constructor(
    readonly list: StepList,
    private readonly conversation: string,
    private current: State | undefined,
    /** The id of what made the saga move: everything it sends now is caused by it. */
    private readonly cause: string | undefined,
    private readonly context: DecideContext,
  ) {}

  get state(): State {
    if (!this.current) throw new TypeError(`Saga ${this.list.type} has not started`);
    return this.current;
  }

  get progress(): StepProgress {
    return this.state.progress;
  }

  get now(): Date {
    return this.context.now;
  }

  emit(event: StepEvent): void {
    this.events.push(event);
    this.current = evolve(this.current, event);
  }

  decision(): Decision<StepEvent> {
    return { events: this.events, effects: this.effects };
  }

  /** On to the step after `name` (the first without one), or to the good end. */
  advance(name?: string): void {
    const next = nextStep(this.list, name);
    if (next) this.sendStep(next, 1);
    else this.end('completed');
  }

  /** Turns back: undoes `alsoUndo` (it may have happened) and every step behind, the last first. */
  turnBack(failure: Failure, alsoUndo?: StepRule): void {
    const behind = this.progress.done.map((name) => stepNamed(this.list, name)).reverse();
    const undo = [...(alsoUndo ? [alsoUndo] : []), ...behind]
      .filter((step) => step.compensation)
      .map(({ name }) => name);
    this.emit({ type: 'failed', failure, undo });
    this.undoNext();
  }

  /** The next compensation; after the last the abort; after that the end. */
  undoNext(): void {
    const [next] = this.progress.undo;
    if (next !== undefined) this.sendUndo('compensation', next, 1);
    else if (this.list.abort) this.sendUndo('abort', ABORT, 1);
    else this.endUndone();
  }

  endUndone(): void {
    this.end(this.progress.failure?.kind === 'cancelled-by-person' ? 'cancelled' : 'compensated');
  }

  /** Sends what is awaited once more, under a new id. Earlier ids stay good. */
  sendAgain({ role, step }: Awaiting, attempt: number): void {
    if (role === 'step') this.sendStep(stepNamed(this.list, step), attempt);
    else this.sendUndo(role, step, attempt);
  }

  park(code: ParkCode, reason: string, messageId?: string): void {
    this.emit({ type: 'parked', code, reason, messageId });
  }

  /** Waits on for what is awaited, with the whole time of its attempt. */
  resume(): void {
    const { awaiting } = this.progress;
    const wait = awaiting && waitOf(awaiting.attempt, patienceFor(this.list, awaiting));
    this.emit({ type: 'resumed', deadline: wait === undefined ? null : this.in(wait) });
  }

  private end(status: 'completed' | 'compensated' | 'cancelled'): void {
    const { completed, aborted } = this.list.stateLabels;
    const label = status === 'completed' ? completed : aborted;
    this.emit({ type: 'ended', status, label, reason: this.progress.failure?.reason });
  }

  private sendStep(step: StepRule, attempt: number): void {
    this.send('step', step.name, step.command, step.body(this.state.data), attempt, step);
  }

  private sendUndo(role: Exclude<Role, 'step'>, name: string, attempt: number): void {
    const rule = undoRuleOf(this.list, role, name);
    const { failure } = this.progress;
    if (!failure) throw new TypeError(`Saga ${this.list.type} undoes ${name} without having failed`);
    this.send(role, name, rule.command, rule.body(this.state.data, failure), attempt, rule);
  }

  private send(
    role: Role,
    step: string,
    command: CommandType,
    body: unknown,
    attempt: number,
    patience: Patience,
  ): void {
    const id = this.context.newId();
    const options = { id, correlationId: this.conversation, causationId: this.cause, flow: this.list.type };
    this.effects.push({ kind: 'send', message: { type: command, body, options } });
    const deadline = this.in(waitOf(attempt, patience));
    this.emit({ type: 'sent', role, step, message: command.name, id, attempt, deadline });
  }

  private in(ms: number): string {
    return new Date(this.context.now.getTime() + ms).toISOString();
  }
}

export function nextStep(list: StepList, name: string | undefined): StepRule | undefined {
  return list.steps[name === undefined ? 0 : list.steps.indexOf(stepNamed(list, name)) + 1];
}

export function undoRuleOf(list: StepList, role: Exclude<Role, 'step'>, name: string): UndoRule {
  const rule = role === 'abort' ? list.abort : stepNamed(list, name).compensation;
  if (!rule) throw new TypeError(`Saga ${list.type} has no ${role} for ${name}`);
  return rule;
}

/** The rule of the message that is awaited: who answers it, and how patient the saga is. */
export const ruleOf = (list: StepList, { role, step }: Pick<Awaiting, 'role' | 'step'>): StepRule | UndoRule =>
  role === 'step' ? stepNamed(list, step) : undoRuleOf(list, role, step);

export const patienceFor = (list: StepList, awaiting: Pick<Awaiting, 'role' | 'step'>): Patience =>
  ruleOf(list, awaiting);
