import { z } from 'zod';

/** What every message type declares, whoever owns it. `name` is `<owner>.<action>`, as on the wire. */
interface Declaration<N extends string, S extends z.ZodType> {
  readonly name: N;
  /** Schema version on the wire. Contracts only grow; a breaking change is a new type. */
  readonly version: number;
  /** The check at every consumer: a message off the wire is untrusted input. Unknown fields are ignored. */
  readonly schema: S;
  /** The service that handles the command or emits the event. */
  readonly owner: string;
  readonly action: string;
}

/** Something that happened, past tense. A business refusal is an event too, never an exception. */
export interface EventType<N extends string = string, S extends z.ZodType = z.ZodType> extends Declaration<N, S> {
  readonly kind: 'event';
  /** A flow may end with it: nobody has to consume it. The check of the flows asks for a consumer of every other event. */
  readonly terminal: boolean;
  /** The stream (aggregate) whose `version` the owner counts, from 1. */
  streamOf(body: z.output<S>): string;
}

/** Asks one service to do one thing; answered by exactly one of `answers`. */
export interface CommandType<
  N extends string = string,
  S extends z.ZodType = z.ZodType,
  A extends EventType = EventType,
> extends Declaration<N, S> {
  readonly kind: 'command';
  readonly answers: readonly A[];
}

export type MessageType = EventType | CommandType;
export type BodyOf<T extends MessageType> = z.output<T['schema']>;
export type AnswerOf<C extends CommandType> = C['answers'][number];

/** What a sender may set; the rest follows from the message being answered. */
export interface SendOptions {
  /** The message's id, for a sender that must know it before it is sent: a UUIDv7, never used before. Default: a new one. */
  readonly id?: string;
  /** The conversation. Default: the conversation of the message being handled, or a new one. */
  readonly correlationId?: string;
  readonly causationId?: string;
  /** One word, part of an event's routing key. Default: the flow of the message being handled, or `none`. */
  readonly flow?: string;
  readonly tenant?: string;
}

/** A message on its way out: handlers return these, only the runtime writes the outbox. */
export interface Outgoing<T extends MessageType = MessageType> {
  readonly type: T;
  readonly body: BodyOf<T>;
  readonly options?: SendOptions;
}

/** A declaration is called to make a message, which names the declaration (this very function) as its type. */
interface Create<T extends MessageType> {
  (body: z.input<T['schema']>, options?: SendOptions): Outgoing<T & Create<T>>;
}

const NAME = /^[a-z][a-z0-9-]*\.[a-z][a-z0-9-]*$/;

function declare<T extends MessageType>(declaration: Omit<T, 'owner' | 'action'>): T & Create<T> {
  const { name } = declaration;
  if (!NAME.test(name)) throw new TypeError(`Message name "${name}" must be <owner>.<action> in kebab case`);
  const [owner, action] = name.split('.');
  const create = (body: BodyOf<T>, options?: SendOptions) => ({ type: create, body, options });
  for (const [key, value] of Object.entries({ ...declaration, owner, action }))
    Object.defineProperty(create, key, { value, enumerable: true });
  return create as unknown as T & Create<T>;
}

/**
 * Declares an event once: its TypeScript type, the check at every consumer, its routing key, its documentation.
 * `stream` names the aggregate it belongs to; `terminal` says that a flow may end with it, for nobody has to consume it.
 */
export function event<const N extends string, S extends z.ZodType>(
  name: N,
  version: number,
  schema: S,
  { stream, terminal = false }: { stream: (body: z.output<S>) => string; terminal?: boolean },
): EventType<N, S> & Create<EventType<N, S>> {
  return declare<EventType<N, S>>({ kind: 'event', name, version, schema, terminal, streamOf: stream });
}

/** Declares a command and the events that answer it. Its handler emits exactly one of them per command. */
export function command<const N extends string, S extends z.ZodType, A extends EventType>(
  name: N,
  version: number,
  schema: S,
  options: { answers: readonly A[] },
): CommandType<N, S, A> & Create<CommandType<N, S, A>> {
  return declare<CommandType<N, S, A>>({ kind: 'command', name, version, schema, answers: options.answers });
}

/** Integer minor units with a currency code: 12.50 GBP is `{ amount: 1250, currency: 'GBP' }`. */
export const Money = z.object({
  amount: z.int().nonnegative(),
  currency: z.string().regex(/^[A-Z]{3}$/, 'an ISO 4217 code'),
});
export type Money = z.infer<typeof Money>;
