import { event, type EventType } from '@comptoir/contracts';
import { z } from 'zod';
import type { Handler } from './handler';
import type { Message } from './message';
import type { RetryPolicy } from './retry';
import type { SqlTransaction } from './unit-of-work';

type Envelope = Omit<Message<EventType>, 'type' | 'body'>;

/** Any event, of whatever service: its envelope is checked, its body is only known to be JSON. */
export interface ObservedEvent extends Envelope {
  /** The event's name: `inventory.stock-reserved`. */
  readonly type: string;
  /** The body as it came, character by character. */
  readonly json: string;
}

export interface ObserverOptions<Tx> {
  /** At most this many events in one transaction. Default 500; the broker hands over twice as many ahead. */
  readonly maxBatch?: number;
  readonly retry?: RetryPolicy;
  /** 1..maxBatch events in order of arrival, one transaction. A throw is treated as any handler's. */
  batch(events: readonly ObservedEvent[], tx: Tx): Promise<void>;
}

const DEFAULT_MAX_BATCH = 500;

/** What an observed event is to the runtime: of no declared type, its body the text. */
export const ANY_EVENT = event('any.event', 1, z.object({ type: z.string(), json: z.string() }), { stream: ({ type }) => type });

/**
 * Hears every event of every service, also of types that did not exist when it was written. Like any handler it has a queue,
 * an inbox, retries and dead letters. It says nothing, and is no consumer in the map of flows: an event that only observers
 * hear is still unheard.
 */
export function observe<Tx = SqlTransaction>(name: string, options: ObserverOptions<Tx>): Handler<Tx> {
  return {
    name,
    observes: true,
    messages: [],
    flows: undefined,
    emits: [],
    maxBatch: options.maxBatch ?? DEFAULT_MAX_BATCH,
    retry: options.retry,
    async batch(messages, tx) {
      await options.batch(messages.map((message) => observed(message as Message<typeof ANY_EVENT>)), tx);
    },
  };
}

const observed = ({ body, ...envelope }: Message<typeof ANY_EVENT>): ObservedEvent => ({ ...envelope, type: body.type, json: body.json });
