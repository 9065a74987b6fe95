import type { MessageType, Outgoing } from '@comptoir/contracts';
import { outboxRow } from './envelope';
import { HandlerContractBroken } from './errors';
import { failPoint, switchedOff } from './failpoint';
import type { Outcome } from './handler';
import type { Message } from './message';
import type { Outbox } from './outbox';
import type { OutboxRow, UnitOfWork } from './unit-of-work';

/** A message or request's outcome with what caused it. */
export interface Effect {
  readonly cause: Message | undefined;
  readonly outgoing: Outgoing;
}

/**
 * One transaction with its outgoing messages: the work's writes and the outbox commit together, then the messages go out
 * straight from memory while the caller goes on. Rejects when nothing was committed (or, with `CommitOutcomeUnknown`,
 * when that cannot be told).
 */
export async function commitBatch<Tx, T>(
  work: string,
  to: { unitOfWork: UnitOfWork<Tx>; outbox: Outbox<Tx>; now: () => number },
  run: (tx: Tx) => Promise<{ result: T; effects: readonly Effect[] }>,
): Promise<T> {
  const { unitOfWork, outbox } = to;
  const clearing = outbox.takeConfirmed();
  let rows: OutboxRow[] = [];
  let recorded: Promise<ReadonlyMap<string, number>> | undefined;
  let result: T;
  try {
    result = await unitOfWork.run(async (tx) => {
      const { result, effects } = await run(tx);
      const now = to.now();
      rows = effects.map(({ outgoing, cause }) => outboxRow(outgoing, cause, now));
      outbox.hold(rows);
      failPoint('before-commit', work);
      // Not awaited: it travels with the COMMIT, and `run` rejects if it fails.
      if ((rows.length > 0 || clearing.length > 0) && !switchedOff('outbox')) recorded = unitOfWork.store.record(tx, rows, clearing);
      recorded?.catch(() => undefined);
      return result;
    });
  } catch (error) {
    outbox.release(rows);
    outbox.giveBack(clearing);
    throw error;
  }
  failPoint('after-commit', work);
  outbox.cleared(clearing);
  void outbox.publish(rows, (await recorded) ?? new Map(), work);
  return result;
}

/** Checks a handler's outcomes against its declaration: one per message, only what it emits, one answer per command. */
export function effectsOf(
  handler: { name: string; emits: readonly MessageType[] },
  messages: readonly Message[],
  outcomes: readonly Outcome<MessageType>[] | void,
): Effect[] {
  if (outcomes && outcomes.length !== messages.length)
    throw new HandlerContractBroken(
      `${handler.name} returned ${outcomes.length} outcomes for ${messages.length} messages; it owes one each`,
    );
  return messages.flatMap((cause, index) => {
    const outcome = outcomes?.[index];
    const all: readonly Outgoing[] = outcome === undefined ? [] : Array.isArray(outcome) ? outcome : [outcome as Outgoing];
    for (const { type } of all)
      if (!handler.emits.includes(type))
        throw new HandlerContractBroken(`${handler.name} returned ${type.name}, which is not in its \`emits\``);
    if (cause.type.kind === 'command') {
      const given = all.filter((outgoing) => isAnswer({ cause, outgoing })).length;
      if (given !== 1)
        throw new HandlerContractBroken(`${handler.name} owes ${cause.type.name} exactly one answer and gave ${given}`);
    }
    return all.map((outgoing) => ({ cause, outgoing }));
  });
}

/**
 * Whether it tells what came of its cause: the answer to a command, any event because of an event. What it asks of others
 * beside that is no such thing.
 */
export const tells = (effect: Effect): boolean =>
  isAnswer(effect) || (effect.cause?.type.kind === 'event' && effect.outgoing.type.kind === 'event');

/** Whether it is the answer to the command that caused it. */
const isAnswer = ({ cause, outgoing }: Effect): boolean =>
  cause?.type.kind === 'command' && cause.type.answers.some((answer) => answer === outgoing.type);
