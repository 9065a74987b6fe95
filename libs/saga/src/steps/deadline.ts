import { inWords } from '../duration';
import type { Turn } from './turn';
import { patienceFor, ruleOf } from './turn';
import { stepNamed } from './step-list';
import { waitOf } from './retry';

/**
 * No answer in time. What can be undone is undone, its own command included: that may have happened, or may yet (its
 * compensation then leaves it void). What must end well is sent again, and in the end a person is asked.
 */
export function expire(turn: Turn): void {
  const { awaiting } = turn.progress;
  const { deadline } = turn.state;
  if (!awaiting || !deadline || deadline > turn.now) return;
  const { role, step, attempt } = awaiting;
  const patience = patienceFor(turn.list, awaiting);
  turn.emit({ type: 'expired', role, step, attempt });

  const rule = role === 'step' ? stepNamed(turn.list, step) : undefined;
  if (rule?.kind === 'compensatable') {
    const reason = `${rule.name}: no answer to ${rule.command.name} within ${inWords(waitOf(attempt, patience))}`;
    return turn.turnBack({ kind: 'deadline', step, reason }, rule);
  }
  if (attempt < patience.retry.attempts) return turn.sendAgain(awaiting, attempt + 1);
  turn.park('no-answer', `${ruleOf(turn.list, awaiting).command.name} was sent ${attempt} times without an answer`);
}
