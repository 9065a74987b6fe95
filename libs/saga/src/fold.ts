import type { SagaDefinition } from './definition';
import type { SagaEvent } from './decision';
import type { SagaInstance, SagaState } from './instance';
import { isEnded } from './instance';

/**
 * The instance after one transition: the events folded by the definition, one version up. Events of an ended instance are
 * for the history only.
 */
export function fold<Data, Progress, Event extends SagaEvent>(
  definition: SagaDefinition<Data, Progress, Event>,
  conversation: string,
  before: SagaInstance<Data, Progress> | undefined,
  events: readonly Event[],
  now: Date,
): SagaInstance<Data, Progress> | undefined {
  if (events.length === 0 || (before && isEnded(before))) return before;
  let state: SagaState<Data, Progress> | undefined = before;
  for (const event of events) state = definition.evolve(state, event);
  if (!state) return undefined;
  return {
    type: definition.type,
    conversation,
    definitionVersion: before?.definitionVersion ?? definition.version,
    status: state.status,
    step: state.step,
    label: state.label,
    data: state.data,
    progress: state.progress,
    deadline: state.deadline,
    version: (before?.version ?? 0) + 1,
    startedAt: before?.startedAt ?? now,
    updatedAt: now,
    endedAt: isEnded(state) ? now : undefined,
  };
}
