import type { AnswerOf, CommandType, EventType, MessageType, Outgoing } from '@comptoir/contracts';
import type { Message } from './message';
import type { RetryPolicy } from './retry';
import type { SqlTransaction } from './unit-of-work';

/** What one message led to. `undefined` (events only): nothing. */
export type Outcome<E extends MessageType> = Outgoing<E> | readonly Outgoing<E>[] | undefined;

/** A command's outcome: its one answer, alone or first of several messages. */
export type CommandOutcome<C extends CommandType, E extends MessageType> =
  | Outgoing<AnswerOf<C>>
  | readonly [Outgoing<AnswerOf<C>>, ...Outgoing<E>[]];

/** What a handler may use outside its transaction. */
export interface HandlerContext {
  /** Aborts when the process drains. */
  readonly signal: AbortSignal;
  /** A provider of the service by its class (Nest's injector; in tests, a map). */
  get<T>(provider: abstract new (...args: never[]) => T): T;
}

interface Tuning {
  /** Suffix of the queue's name. Default: the message's action. */
  readonly name?: string;
  /** At most this many messages in one transaction. Default 200. */
  readonly maxBatch?: number;
  /**
   * How long, in milliseconds, the first message of a batch may wait for others while the process is under load. More than the
   * endpoint's (5) where nobody waits for what the handler does: fewer and larger transactions. Without load nothing waits.
   */
  readonly lingerMs?: number | undefined;
  readonly retry?: RetryPolicy;
}

export interface CommandHandlerOptions<C extends CommandType, E extends MessageType, R, Tx> extends Tuning {
  /** Everything the handler may send: the command's answers, and what else it says. */
  readonly emits: readonly (AnswerOf<C> | E)[];
  /**
   * Answers known before the call, in one query for the batch: a message with a result here is not called for.
   * Only with `call`.
   */
  readonly known?: (commands: readonly Message<C>[], tx: Tx, context: HandlerContext) => Promise<readonly (R | undefined)[]>;
  /**
   * Reaches outside, before the transaction, once per message and concurrently. It may run again for the same message:
   * use the business key as idempotency key. A throw goes to the retry tiers.
   */
  readonly call?: (command: Message<C>, context: HandlerContext) => Promise<R>;
  /**
   * 1..maxBatch commands in order of arrival, one transaction. Returns one outcome per command, in the same order.
   * `results` are those of `call`. A throw rolls everything back: first the batch is taken apart, then the retry
   * policy applies to the messages that fail alone.
   */
  batch(commands: readonly Message<C>[], tx: Tx, results: readonly R[]): Promise<readonly CommandOutcome<C, E>[]>;
}

export interface EventHandlerOptions<T extends EventType, E extends MessageType, Tx> extends Tuning {
  readonly emits: readonly E[];
  /** Flows whose events are wanted; part of the binding. Default: all. */
  readonly flows?: readonly string[];
  /**
   * Past events may be sent to it again, by a replay of the log: its inbox does not hold them back then. Only for what comes
   * to the same when done again (a copy of others' data); what it emits goes out again too. Default false: it never sees one.
   */
  readonly replayable?: boolean;
  batch(events: readonly Message<T>[], tx: Tx): Promise<readonly Outcome<E>[] | void>;
}

/** A handler as the runtime sees it. `messages` share one queue, and a batch may mix them. */
export interface Handler<Tx = SqlTransaction> {
  readonly name: string;
  readonly messages: readonly MessageType[];
  readonly flows: readonly string[] | undefined;
  /** Hears every event, whatever its type: see `observe`. */
  readonly observes?: boolean | undefined;
  /** Takes replays of past events. */
  readonly replayable?: boolean | undefined;
  readonly emits: readonly MessageType[];
  readonly maxBatch: number;
  /** `undefined`: as long as the endpoint says. */
  readonly lingerMs?: number | undefined;
  readonly retry: RetryPolicy | undefined;
  known?(messages: readonly Message[], tx: Tx, context: HandlerContext): Promise<readonly unknown[]>;
  call?(message: Message, context: HandlerContext): Promise<unknown>;
  batch(messages: readonly Message[], tx: Tx, results: readonly unknown[]): Promise<readonly Outcome<MessageType>[] | void>;
  /**
   * Runs in a transaction of its own before a message of this handler is dead-lettered. A saga parks here. What it
   * returns is sent.
   */
  giveUp?(message: Message, reason: string, tx: Tx): Promise<readonly Outgoing[] | void>;
}

/** Handles a command. Explicitly registered in the service's definition; nothing is scanned for. */
export function handle<C extends CommandType, E extends MessageType = never, R = undefined, Tx = SqlTransaction>(
  type: C,
  options: CommandHandlerOptions<C, E, R, Tx>,
): Handler<Tx>;
/** Reacts to an event. */
export function handle<T extends EventType, E extends MessageType = never, Tx = SqlTransaction>(
  type: T,
  options: EventHandlerOptions<T, E, Tx>,
): Handler<Tx>;
export function handle(
  type: MessageType,
  options: Tuning & Pick<Handler<unknown>, 'batch' | 'known' | 'call' | 'emits' | 'replayable'> & { flows?: readonly string[] },
): Handler<unknown> {
  return {
    name: options.name ?? type.action,
    messages: [type],
    flows: options.flows,
    replayable: options.replayable,
    emits: options.emits,
    maxBatch: options.maxBatch ?? DEFAULT_MAX_BATCH,
    lingerMs: options.lingerMs,
    retry: options.retry,
    known: options.known,
    call: options.call,
    batch: options.batch,
  };
}

export const DEFAULT_MAX_BATCH = 200;

/** A write that came in by HTTP, and shares the service's batches, outbox and transactions with its messages. */
export interface Accepted<Reply, E extends MessageType> {
  /** What the caller gets; stored under its idempotency key, so it must be JSON. */
  readonly reply: Reply;
  readonly messages?: readonly Outgoing<E>[];
}

/** Handles requests from outside in batches. The endpoint runs it by `endpoint.request(handler, input, ...)`. */
export interface RequestHandler<Input = never, Reply = unknown, Tx = SqlTransaction> {
  readonly name: string;
  readonly emits: readonly MessageType[];
  readonly maxBatch: number;
  /** One result per input, in order. A refusal is a reply; a throw fails all of them (each is then tried alone). */
  batch(inputs: readonly Input[], tx: Tx): Promise<readonly Accepted<Reply, MessageType>[]>;
}

export function handleRequests<Input, Reply, E extends MessageType = never, Tx = SqlTransaction>(
  name: string,
  options: {
    emits: readonly E[];
    maxBatch?: number;
    batch(inputs: readonly Input[], tx: Tx): Promise<readonly Accepted<Reply, E>[]>;
  },
): RequestHandler<Input, Reply, Tx> {
  return { name, emits: options.emits, maxBatch: options.maxBatch ?? DEFAULT_MAX_BATCH, batch: options.batch };
}
