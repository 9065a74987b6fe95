import type { SagaState, SagaStatus } from '../instance';
import type { StepEvent } from './event';
import type { StepProgress } from './progress';

type State = SagaState<unknown, StepProgress>;

const NO_PROGRESS: StepProgress = { done: [], undo: [], awaiting: undefined, failure: undefined, parked: undefined };

/** What a saga that is not parked is doing follows from whether it has turned back. */
const active = (progress: StepProgress): SagaStatus => (progress.failure ? 'compensating' : 'running');

/** Folds one event. Pure bookkeeping: every choice was made by `decide`. */
export function evolve(state: State | undefined, event: StepEvent): State {
  if (event.type === 'started')
    return {
      status: 'running',
      step: undefined,
      label: event.label,
      data: event.data,
      progress: NO_PROGRESS,
      deadline: undefined,
    };
  if (!state) throw new TypeError(`A saga begins with "started", not with "${event.type}"`);
  const { progress } = state;
  const moved = (change: Partial<StepProgress>, rest?: Partial<State>): State => ({
    ...state,
    progress: { ...progress, ...change },
    ...rest,
  });

  switch (event.type) {
    case 'sent': {
      const again = progress.awaiting?.step === event.step && progress.awaiting.role === event.role;
      const ids = again ? [...(progress.awaiting?.ids ?? []), event.id] : [event.id];
      return moved(
        { awaiting: { role: event.role, step: event.step, ids, attempt: event.attempt }, parked: undefined },
        { status: active(progress), step: event.step, deadline: new Date(event.deadline) },
      );
    }
    case 'answered':
      return moved(
        { done: [...progress.done, event.step], awaiting: undefined, parked: undefined },
        {
          status: active(progress),
          deadline: undefined,
          label: event.label ?? state.label,
          data: event.data === undefined ? state.data : event.data,
        },
      );
    case 'refused':
    case 'expired':
      return moved({}, { deadline: undefined });
    case 'failed':
      return moved(
        { failure: event.failure, undo: event.undo, awaiting: undefined, parked: undefined },
        { status: 'compensating', deadline: undefined },
      );
    case 'undone':
      return moved(
        { undo: progress.undo.filter((step) => step !== event.step), awaiting: undefined, parked: undefined },
        { status: 'compensating', deadline: undefined },
      );
    case 'skipped':
      return moved(
        {
          done: event.role === 'step' ? [...progress.done, event.step] : progress.done,
          undo: event.role === 'compensation' ? progress.undo.filter((step) => step !== event.step) : progress.undo,
          awaiting: undefined,
          parked: undefined,
        },
        { status: active(progress), deadline: undefined },
      );
    case 'parked':
      return moved(
        {
          parked: {
            code: event.code,
            reason: event.reason,
            messages: [...(progress.parked?.messages ?? []), ...(event.messageId ? [event.messageId] : [])],
          },
        },
        { status: 'parked', deadline: undefined },
      );
    case 'resumed':
      return moved(
        { parked: undefined },
        { status: active(progress), deadline: event.deadline === null ? undefined : new Date(event.deadline) },
      );
    case 'asked':
    case 'ignored':
      return state;
    case 'ended':
      return moved(
        { awaiting: undefined, parked: undefined, undo: [] },
        { status: event.status, step: undefined, label: event.label, deadline: undefined },
      );
  }
}
