import type { Message } from '@comptoir/messaging';
import type { IgnoredBecause } from './event';
import type { Awaiting } from './progress';
import type { StepRule } from './step-list';
import type { Turn } from './turn';
import { ruleOf, undoRuleOf } from './turn';
import { stepNamed } from './step-list';

/** A message for a live saga. Only the answer to what it waits for moves it. */
export function hear(turn: Turn, message: Message): void {
  const replayed = turn.progress.parked?.messages.includes(message.id);
  if (replayed) turn.resume();
  const { awaiting } = turn.progress;
  if (awaiting && answers(turn, awaiting, message)) accept(turn, awaiting, message.type.name, message.body);
  else turn.emit({ type: 'ignored', message: message.type.name, why: whyIgnored(turn, message) });
}

/**
 * By type and by cause. The type alone is not enough: after a retry the answer to an earlier step of the same kind may
 * still be on its way. Every id the command was sent under is good, for the participant settles them all alike.
 */
function answers(turn: Turn, awaiting: Awaiting, message: Message): boolean {
  const { causationId } = message;
  return (
    causationId !== undefined && awaiting.ids.includes(causationId) && isAnswerOf(turn, awaiting, message.type.name)
  );
}

export const isAnswerOf = (turn: Turn, awaiting: Awaiting, name: string): boolean =>
  ruleOf(turn.list, awaiting).command.answers.some((answer) => answer.name === name);

function whyIgnored(turn: Turn, message: Message): IgnoredBecause {
  if (message.type.name === turn.list.start.event.name) return 'already-started';
  const { awaiting } = turn.progress;
  return awaiting && isAnswerOf(turn, awaiting, message.type.name) ? 'not-caused-by-the-step' : 'step-is-over';
}

/** The answer that was waited for, off the wire or from a person. A parked saga moves on by it. */
export function accept(turn: Turn, awaiting: Awaiting, name: string, body: unknown): void {
  if (awaiting.role === 'step') return acceptStep(turn, stepNamed(turn.list, awaiting.step), name, body);
  const rule = undoRuleOf(turn.list, awaiting.role, awaiting.step);
  if (!rule.doneBy.some((event) => event.name === name)) {
    const reason = `${rule.command.name} must not be refused, but was answered by ${name}`;
    turn.emit({ type: 'refused', role: awaiting.role, step: awaiting.step, message: name, reason });
    return turn.park('refused', reason);
  }
  turn.emit({ type: 'undone', step: awaiting.step, message: name });
  if (awaiting.role === 'abort') turn.endUndone();
  else turn.undoNext();
}

function acceptStep(turn: Turn, step: StepRule, name: string, body: unknown): void {
  const rule = step.answers.find(({ event }) => event.name === name);
  if (!rule) throw new TypeError(`Step ${step.name} has no rule for ${name}`);
  if (rule.outcome === 'success') {
    const data = rule.apply ? turn.list.check(rule.apply(turn.state.data, body)) : undefined;
    turn.emit({ type: 'answered', step: step.name, message: name, data, label: rule.reaches });
    return turn.advance(step.name);
  }
  const reason = rule.reasonOf(body);
  turn.emit({ type: 'refused', role: 'step', step: step.name, message: name, reason });
  // Past the point of no return nothing is undone; the participant has settled the command, so asking again is no use.
  if (step.kind === 'retriable') return turn.park('refused', `${step.name} must end well, but was refused: ${reason}`);
  turn.turnBack({ kind: 'refused', step: step.name, reason });
}
