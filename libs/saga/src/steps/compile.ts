import type { CommandType, EventType } from '@comptoir/contracts';
import type { RemainingStep } from '../definition';
import type { SagaState } from '../instance';
import { isEnded } from '../instance';
import { labelsReached } from './check';
import { decide } from './decide';
import { evolve } from './evolve';
import type { StepProgress } from './progress';
import type { SagaOfSteps, StepList, UndoRule } from './step-list';
import { ABORT, stepNamed } from './step-list';

/** Turns a checked step list into what the runtime drives. */
export function compile<Data>(list: StepList): SagaOfSteps<Data> {
  const undos = [...list.steps.map((step) => step.compensation), list.abort].filter(
    (undo): undo is UndoRule => undo !== undefined,
  );
  const emits = unique<CommandType>([...list.steps, ...undos].map(({ command }) => command));
  const reached = list.steps.flatMap(labelsReached);
  const { started, completed, aborted } = list.stateLabels;
  return {
    list,
    type: list.type,
    version: list.version,
    starts: [list.start.event],
    receives: unique<EventType>([list.start.event, ...emits.flatMap((command) => command.answers)]),
    emits,
    labels: [...new Set([started, ...reached, completed, aborted])],
    positions: [...list.steps.map(({ name }) => name), ...(list.abort ? [ABORT] : [])],
    decide: (instance, input, context) => decide(list, instance, input, context),
    evolve: (state, event) => evolve(state, event) as SagaState<Data, StepProgress>,
    remaining: (state) => remaining(list, state),
  };
}

function remaining(list: StepList, state: SagaState<unknown, StepProgress>): RemainingStep[] {
  const { awaiting, failure, undo } = state.progress;
  if (isEnded(state)) return [];
  if (!failure) {
    const here = awaiting ? list.steps.indexOf(stepNamed(list, awaiting.step)) : 0;
    return list.steps.slice(here).map(({ name, command }) => ({ role: 'step', step: name, command: command.name }));
  }
  const undoing = undo.flatMap((name): RemainingStep[] => {
    const { compensation } = stepNamed(list, name);
    return compensation ? [{ role: 'compensation', step: name, command: compensation.command.name }] : [];
  });
  const abort: RemainingStep[] = list.abort ? [{ role: 'abort', step: ABORT, command: list.abort.command.name }] : [];
  return [...undoing, ...abort];
}

const unique = <T extends { readonly name: string }>(types: readonly T[]): T[] => [
  ...new Map(types.map((type) => [type.name, type])).values(),
];
