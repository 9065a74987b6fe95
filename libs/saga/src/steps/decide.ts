import type { Decision } from '../decision';
import { NOTHING } from '../decision';
import type { DecideContext, SagaInput } from '../input';
import { isEnded } from '../instance';
import { act, refuse } from './act';
import { hear } from './answer';
import { expire } from './deadline';
import type { StepEvent } from './event';
import type { StepList } from './step-list';
import type { Instance } from './turn';
import { Turn } from './turn';

/** What an input leads to in a saga of steps. Pure; each branch is a file. */
export function decide(
  list: StepList,
  instance: Instance | undefined,
  input: SagaInput,
  context: DecideContext,
): Decision<StepEvent> {
  if (!instance) return input.kind === 'message' ? start(list, input, context) : NOTHING;
  if (isEnded(instance)) return whenEnded(instance, input);
  const turn = new Turn(list, instance.conversation, instance, causeOf(instance, input), context);
  switch (input.kind) {
    case 'message':
      hear(turn, input.message);
      return turn.decision();
    case 'deadline':
      expire(turn);
      return turn.decision();
    case 'action':
      return act(turn, input);
    case 'gave-up':
      turn.park('message-given-up', input.reason, input.messageId);
      return turn.decision();
    case 'timer':
      return NOTHING;
  }
}

function start(
  list: StepList,
  { message }: Extract<SagaInput, { kind: 'message' }>,
  context: DecideContext,
): Decision<StepEvent> {
  if (message.type.name !== list.start.event.name) return NOTHING;
  const turn = new Turn(list, message.correlationId, undefined, message.id, context);
  const data = list.check(list.start.apply(message.body));
  turn.emit({ type: 'started', by: message.type.name, data, label: list.stateLabels.started });
  turn.advance();
  return turn.decision();
}

function whenEnded(instance: Instance, input: SagaInput): Decision<StepEvent> {
  if (input.kind === 'action')
    return refuse(instance, input.action.kind, 'ended', `The saga has ended: ${instance.status}`);
  if (input.kind !== 'message') return NOTHING;
  return { events: [{ type: 'ignored', message: input.message.type.name, why: 'saga-has-ended' }], effects: [] };
}

function causeOf({ progress }: Instance, input: SagaInput): string | undefined {
  if (input.kind === 'message') return input.message.id;
  if (input.kind === 'action') return input.id;
  return progress.awaiting?.ids.at(-1);
}
