import type { Decision, Refusal, RefusalCode } from '../decision';
import type { ActionKind, PersonsAction, SagaInput } from '../input';
import { accept, isAnswerOf } from './answer';
import type { StepEvent } from './event';
import type { Awaiting } from './progress';
import { stepNamed } from './step-list';
import type { Instance, Turn } from './turn';
import { nextStep, ruleOf } from './turn';

type Asked = Extract<SagaInput, { kind: 'action' }>;
type Refused = readonly [RefusalCode, string];

/**
 * What a person does to a live saga. `retry`, `skip`, `resolve` and `compensate` are for parked ones; `cancel` also for
 * running ones. Nothing turns a saga back once its pivot was sent: only the pivot's declared refusal does.
 */
export function act(turn: Turn, asked: Asked): Decision<StepEvent> {
  const { awaiting } = turn.progress;
  const refused = awaiting
    ? check(turn, awaiting, asked.action)
    : (['nothing-awaited', 'The saga waits for nothing'] as const);
  if (!awaiting || refused) return refuse(turn.state, asked.action.kind, ...(refused as Refused));
  turn.emit({ type: 'asked', action: asked.action.kind, actor: asked.actor, reason: asked.reason });
  perform(turn, awaiting, asked);
  return turn.decision();
}

export function refuse(
  state: Pick<Instance, 'status' | 'step'>,
  action: ActionKind,
  code: RefusalCode,
  detail: string,
): Decision<StepEvent> {
  const refusal: Refusal = { code, action, status: state.status, step: state.step, detail };
  return { events: [], effects: [], refusal };
}

function check(turn: Turn, awaiting: Awaiting, action: PersonsAction): Refused | undefined {
  const { status } = turn.state;
  if (action.kind !== 'cancel' && status !== 'parked')
    return ['not-parked', `Only a parked saga takes ${action.kind}; this one is ${status}`];
  switch (action.kind) {
    case 'retry':
      return undefined;
    case 'skip':
      return checkSkip(turn, awaiting);
    case 'resolve':
      return checkAnswer(turn, awaiting, action);
    case 'compensate':
    case 'cancel':
      return checkTurningBack(turn, awaiting);
  }
}

function checkTurningBack(turn: Turn, awaiting: Awaiting): Refused | undefined {
  if (awaiting.role !== 'step') return ['already-compensating', 'The saga is being undone already'];
  const { kind, name } = stepNamed(turn.list, awaiting.step);
  if (kind === 'compensatable') return undefined;
  return ['past-no-return', `The ${kind} step ${name} was sent: the saga can only go forward`];
}

function checkSkip(turn: Turn, awaiting: Awaiting): Refused | undefined {
  if (awaiting.role !== 'step') return undefined;
  const step = stepNamed(turn.list, awaiting.step);
  if (step.kind === 'pivot')
    return [
      'pivot-not-skippable',
      `Whether ${step.name} happened decides everything: resolve it with the answer it got`,
    ];
  const next = nextStep(turn.list, step.name);
  const problem = next && problemOf(() => next.command.schema.parse(next.body(turn.state.data)));
  return problem
    ? ['skip-impossible', `${next?.name} needs what ${step.name} would have brought: ${problem}`]
    : undefined;
}

function checkAnswer(
  turn: Turn,
  awaiting: Awaiting,
  { answer }: Extract<PersonsAction, { kind: 'resolve' }>,
): Refused | undefined {
  const { command } = ruleOf(turn.list, awaiting);
  if (!isAnswerOf(turn, awaiting, answer.type))
    return ['not-an-answer', `${command.name} is answered by ${command.answers.map(({ name }) => name).join(' or ')}`];
  const problem = problemOf(() => answerBody(turn, awaiting, answer));
  return problem ? ['invalid-answer', `Not a ${answer.type}: ${problem}`] : undefined;
}

function answerBody(turn: Turn, awaiting: Awaiting, answer: { type: string; body: unknown }): unknown {
  const event = ruleOf(turn.list, awaiting).command.answers.find(({ name }) => name === answer.type);
  return event?.schema.parse(answer.body);
}

function perform(turn: Turn, awaiting: Awaiting, { action, actor, reason }: Asked): void {
  const { role, step } = awaiting;
  switch (action.kind) {
    case 'retry':
      return turn.sendAgain(awaiting, 1);
    case 'skip':
      turn.emit({ type: 'skipped', role, step });
      if (role === 'step') return turn.advance(step);
      return role === 'abort' ? turn.endUndone() : turn.undoNext();
    case 'resolve':
      return accept(turn, awaiting, action.answer.type, answerBody(turn, awaiting, action.answer));
    case 'compensate':
      return turn.turnBack(
        { kind: 'compensated-by-person', step, reason: `undone by ${actor}: ${reason}` },
        stepNamed(turn.list, step),
      );
    case 'cancel':
      return turn.turnBack(
        { kind: 'cancelled-by-person', step, reason: `cancelled by ${actor}: ${reason}` },
        stepNamed(turn.list, step),
      );
  }
}

function problemOf(work: () => unknown): string | undefined {
  try {
    work();
    return undefined;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}
