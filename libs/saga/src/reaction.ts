import type { CommandType, EventType, MessageType } from '@comptoir/contracts';
import type { Handler, HandlerContext, Message, Outcome, RetryPolicy, SqlTransaction } from '@comptoir/messaging';
import { handle } from '@comptoir/messaging';
import type { Duration } from './duration';
import { milliseconds } from './duration';
import { InvalidDefinition } from './errors';
import type { StepKind } from './steps/step-list';

/** How the initiator of a flow sees to its end: it asks the owner of the pivot, or decides where it owns the pivot itself. */
export type WaitOptions = {
  /** The initiator's own event, which started the flow. */
  readonly since: EventType;
  readonly deadline: Duration;
} & (AskingWait | DecidingWait);

/** What it reacts to ends its wait. */
interface AskingWait {
  /** Sent when the deadline has passed, to the owner of the pivot: only that one may fail the flow, under its row lock. */
  readonly asks: CommandType;
  readonly says?: undefined;
  readonly until?: undefined;
}

/** Of the pivot's owner: it says the end of the flow itself. */
interface DecidingWait {
  /** A refusal of the pivot, said when the deadline has passed and the point of no return has not, under its row lock. */
  readonly says: EventType;
  /** The events by which the flow ends, all its own. */
  readonly until: readonly EventType[];
  readonly asks?: undefined;
}

/** What a peer does about one kind of cause, in one transaction per batch: the same shape as a message handler's. */
export interface PartOptions<T extends EventType, E extends MessageType, R, Tx> {
  /** Everything it may send; the types refuse anything else. */
  readonly emits: readonly E[];
  /** Answers known before the call: see `handle`. Only with `call`. */
  readonly known?: (events: readonly Message<T>[], tx: Tx, context: HandlerContext) => Promise<readonly (R | undefined)[]>;
  /** Reaches outside before the transaction, and may run again: see `handle`. */
  readonly call?: (event: Message<T>, context: HandlerContext) => Promise<R>;
  /** 1..maxBatch events in order of arrival. Resolves with an outcome per event, in the same order, or with nothing. */
  batch(events: readonly Message<T>[], tx: Tx, results: readonly R[]): Promise<readonly Outcome<NoInfer<E>>[] | void>;
}

export interface ReactionOptions<T extends EventType, E extends MessageType, R, Tx> extends PartOptions<T, E, R, Tx> {
  /** The queue's suffix. Default: the (first) event's action. The undo's queue is `undo-<name>`. */
  readonly name?: string;
  readonly maxBatch?: number;
  /** Of its batches and its undo's under load: see `handle`. */
  readonly lingerMs?: number;
  readonly retry?: RetryPolicy;
  /** The event it reacts to, or several that share its queue. */
  readonly on: T | readonly T[];
  /** compensatable (undone when the flow fails) -> pivot (the point of no return, one in a flow) -> retriable (ends well). */
  readonly kind: StepKind;
  /** Takes replays of past events: see `handle`. Its undo never does. */
  readonly replayable?: boolean;
  /** Those of `emits` that say no: this part did not happen, and what came before it is undone. */
  readonly refusals?: readonly NoInfer<E>[];
  /** Only of the flow's initiator: `on` is what it waits for, unless it owns the pivot and says the end itself (`until`). */
  readonly waits?: WaitOptions;
}

/** How a peer undoes its own part, which may not have happened yet: it then sees to it that it never will. */
export interface UndoneBy<U extends EventType, D extends MessageType, Q, Tx> {
  readonly undoneBy: U | readonly U[];
  readonly undo: PartOptions<U, D, Q, Tx>;
}

/** What a flow's map knows of a reaction. */
export interface ReactionDeclaration {
  readonly flow: string;
  readonly kind: StepKind;
  readonly refusals: readonly MessageType[];
  /** Of a part that can be undone. */
  readonly undoneBy: readonly EventType[];
  /** Of an undo: the name of the part it undoes. */
  readonly undoes: string | undefined;
  readonly waits: (WaitOptions & { readonly deadlineMs: number }) | undefined;
}

/** A message handler that says what its part in a flow is. */
export interface ReactionHandler<Tx = SqlTransaction> extends Handler<Tx> {
  readonly reaction: ReactionDeclaration;
}

/**
 * A peer's part in a choreographed flow: what it does when it hears of something, what it says then, and how it undoes its
 * own part when the flow fails. Gives the handlers for the service's definition, the part's and then its undo's:
 * `service({ name: 'payments', handlers: [...holdRefund, ...payOut] })`.
 *
 * At least once, in no order: the undo may come before the part it undoes, or without it.
 *
 * Throws `InvalidDefinition` for an undo of what is never undone (a pivot, a retriable part), and for a part without events.
 */
export function reaction<
  T extends EventType, E extends MessageType = never, U extends EventType = never, D extends MessageType = never,
  R = undefined, Q = undefined, Tx = SqlTransaction,
>(flow: string, options: ReactionOptions<T, E, R, Tx> & UndoneBy<U, D, Q, Tx>): [ReactionHandler<Tx>, ReactionHandler<Tx>];
export function reaction<T extends EventType, E extends MessageType = never, R = undefined, Tx = SqlTransaction>(
  flow: string,
  options: ReactionOptions<T, E, R, Tx> & { undoneBy?: undefined; undo?: undefined },
): [ReactionHandler<Tx>];
export function reaction(flow: string, options: AnyOptions): ReactionHandler<unknown>[] {
  const { kind, refusals = [], undo, maxBatch, lingerMs, retry } = options;
  const on = listed(options.on);
  const undoneBy = listed(options.undoneBy ?? []);
  const name = options.name ?? on[0]?.action ?? '';
  const wrong = problemOf(on, undoneBy, options);
  if (wrong) throw new InvalidDefinition(`The part ${name} of ${flow} ${wrong}`, { flow, name });
  const waits = options.waits && { ...options.waits, deadlineMs: milliseconds(options.waits.deadline) };
  const asks = waits?.asks ? [waits.asks] : [];
  const compile = (part: AnyPart, as: string, events: readonly EventType[], emits: readonly MessageType[]) => ({
    ...(handle as unknown as AnyHandle)(events[0], { ...part, name: as, emits, flows: [flow], maxBatch, lingerMs, retry }),
    messages: events,
  });
  const part: ReactionHandler<unknown> = {
    ...compile(options, name, on, [...options.emits, ...asks]),
    reaction: { flow, kind, refusals, undoneBy, undoes: undefined, waits },
  };
  if (!undo) return [part];
  const declaration = { flow, kind: 'retriable', refusals: [], undoneBy: [], undoes: name, waits: undefined } as const;
  return [part, { ...compile(undo, `undo-${name}`, undoneBy, undo.emits), reaction: declaration }];
}

/** Which of several events it is, for a reaction to more than one: `isOf(event, RefundIssued)`. */
export const isOf = <M extends Message, T extends EventType>(event: M, type: T): event is Extract<M, { readonly type: T }> =>
  event.type.name === type.name;

type AnyPart = Pick<Handler<unknown>, 'emits' | 'known' | 'call' | 'batch'>;
type AnyOptions = AnyPart &
  Pick<ReactionOptions<EventType, MessageType, unknown, unknown>, 'name' | 'maxBatch' | 'lingerMs' | 'retry' | 'kind' | 'refusals' | 'waits'> & {
    readonly on: EventType | readonly EventType[];
    readonly undoneBy?: EventType | readonly EventType[];
    readonly undo?: AnyPart;
  };
type AnyHandle = (type: EventType | undefined, options: object) => Handler<unknown>;

const listed = <T>(one: T | readonly T[]): readonly T[] => (Array.isArray(one) ? (one as readonly T[]) : [one as T]);

function problemOf(on: readonly EventType[], undoneBy: readonly EventType[], { kind, undo, emits, refusals = [], waits }: AnyOptions) {
  if (on.length === 0) return 'reacts to nothing';
  if (undo && kind !== 'compensatable') return `is ${kind} and so is never undone`;
  if (undo && undoneBy.length === 0) return 'has an undo and no event that calls for it (undoneBy)';
  if (!undo && undoneBy.length > 0) return `is undone by ${undoneBy[0]?.name} and does not say how (undo)`;
  if (waits?.says && !refusals.some(({ name }) => name === waits.says?.name))
    return `says ${waits.says.name} after its deadline, which is none of its refusals`;
  const stray = refusals.find((refusal) => !emits.some(({ name }) => name === refusal.name));
  return stray && `refuses with ${stray.name}, which it does not emit`;
}
