import type { MessageType } from '@comptoir/contracts';
import type { SagaDefinition } from '../definition';
import type { SagaOfSteps, StepList, StepRule, UndoRule } from '../steps/step-list';
import { named, part, type FlowPart, type FlowWait } from './part';

/** What a saga asks of the services that handle its commands, by the command's name. */
export type Asked = ReadonlyMap<string, FlowAsked>;
type FlowAsked = Pick<FlowPart, 'role' | 'kind' | 'refusals' | 'undoneBy' | 'undoes'>;

const isList = (definition: SagaDefinition): definition is SagaDefinition & Pick<SagaOfSteps, 'list'> => 'list' in definition;
const answers = ({ answers: rules }: StepRule, outcome: 'success' | 'refusal') =>
  rules.filter((rule) => rule.outcome === outcome).map(({ event }) => event);

/** A saga's positions as parts of its flow. One written by hand is a single part: what it does when is its own affair. */
export function sagaParts(service: string, definition: SagaDefinition): FlowPart[] {
  const at = (position: string, on: readonly MessageType[], emits: readonly MessageType[], more: Partial<FlowPart> = {}) =>
    part({ service, name: `${definition.type}/${position}`, role: 'coordinator', on: named(on), emits: named(emits), ...more });
  if (!isList(definition)) return [at('by-hand', definition.receives, definition.emits, { ends: true })];
  const { list } = definition;
  const { steps, abort } = list;
  const forward = steps.map((step, index) => {
    const before = steps[index - 1];
    const on = before ? answers(before, 'success') : [list.start.event];
    return at(step.name, on, [step.command], { waits: waitOf(list, step, index) });
  });
  const last = steps.at(-1);
  const completed = at('completed', last ? answers(last, 'success') : [], [], { ends: true });
  const back = [...steps.keys()].reverse().flatMap((index) => {
    const undo = steps[index]?.compensation;
    return undo ? [at(`undo-${steps[index]?.name}`, turnsBackTo(list, index), [undo.command], { waits: waits(undo) })] : [];
  });
  const refusals = turnsBackTo(list, -1);
  const aborting = abort ? [at('abort', refusals, [abort.command], { waits: waits(abort) })] : [];
  const aborted = at('aborted', abort ? abort.doneBy : refusals, [], { ends: true });
  const parked = at('parked', parking(list), []);
  return [...forward, completed, ...back, ...aborting, aborted, parked].filter(({ on }) => on.length > 0);
}

/** What the handlers of its commands are in its flow. */
export function askedBy(definition: SagaDefinition): Asked {
  if (!isList(definition)) return new Map();
  const steps = definition.list.steps.flatMap((step): [string, FlowAsked][] => {
    const undo = step.compensation?.command;
    const undoneBy = [...(undo ? [undo.name] : []), ...named(step.undoneBy)];
    const refusals = step.kind === 'retriable' ? [] : named(answers(step, 'refusal'));
    const itself: [string, FlowAsked] = [
      step.command.name,
      { role: 'participant', kind: step.kind, refusals, undoneBy, undoes: undefined },
    ];
    if (!undo) return [itself];
    return [itself, [undo.name, { role: 'undo', kind: 'retriable', refusals: [], undoneBy: [], undoes: step.command.action }]];
  });
  return new Map(steps);
}

/** The step that is undone first when the saga turns back before `index`; -1: none is, it aborts. */
const turn = ({ steps }: StepList, index: number) => steps.slice(0, index).findLastIndex(({ compensation }) => compensation);

/** The events that lead to undoing a step: refusals of later ones, and the undo of the one undone before it. */
function turnsBackTo(list: StepList, index: number): MessageType[] {
  return list.steps.flatMap((step, at) => {
    if (turn(list, at) !== index) return [];
    return [...(step.kind === 'retriable' ? [] : answers(step, 'refusal')), ...(step.compensation?.doneBy ?? [])];
  });
}

function parking({ steps, abort }: StepList): MessageType[] {
  const undos = [...steps.map(({ compensation }) => compensation), abort].filter((undo) => undo !== undefined);
  const refused = undos.flatMap(({ command, doneBy }) => command.answers.filter((answer) => !doneBy.includes(answer)));
  return [...steps.filter(({ kind }) => kind === 'retriable').flatMap((step) => answers(step, 'refusal')), ...refused];
}

const waits = ({ command, deadlineMs }: UndoRule): FlowWait => ({
  since: undefined,
  for: named(command.answers),
  deadlineMs,
  asks: command.name,
});

function waitOf(list: StepList, { kind, command, compensation, deadlineMs }: StepRule, index: number): FlowWait {
  const before = list.steps[turn(list, index)]?.compensation ?? list.abort;
  const asks = kind === 'compensatable' ? (compensation ?? before)?.command : command;
  return { since: undefined, for: named(command.answers), deadlineMs, asks: asks?.name };
}
