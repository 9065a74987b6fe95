import type { WireMessage } from './message';

/**
 * - `confirmed`: every queue it was routed to has it on disk.
 * - `returned`: mandatory, and no queue took it.
 * - `refused`: the broker nacked it (a full queue) or closed the channel because of it; it was not stored.
 * - `unknown`: the connection went before the confirm came. It may have arrived; publishing again is safe
 *   because consumers deduplicate.
 */
export type PublishOutcome = 'confirmed' | 'returned' | 'refused' | 'unknown';

/** What came off the wire, not yet trusted: every field may be missing or wrong. */
export interface Delivery {
  readonly queue: string;
  readonly body: Buffer;
  readonly properties: {
    readonly messageId?: unknown;
    readonly type?: unknown;
    readonly correlationId?: unknown;
    readonly timestamp?: unknown;
    readonly appId?: unknown;
    readonly contentType?: unknown;
    readonly headers?: Readonly<Record<string, unknown>>;
  };
  readonly exchange: string;
  readonly routingKey: string;
  readonly redelivered: boolean;
  /** How often the broker delivered it before, as far as it counts that (quorum queues do); 0 at first. */
  readonly deliveryCount: number;
}

export interface Subscription {
  /**
   * Acknowledges deliveries of this subscription, in as few frames as their order allows. Deliveries of a channel that
   * has been replaced meanwhile are ignored: the broker delivers them again and the inbox absorbs them. Never throws.
   */
  ack(deliveries: readonly Delivery[]): void;
  /**
   * The same, but the broker may hear of it some milliseconds later, together with what is done by then: an ack costs a
   * quorum queue as much as a message. For deliveries that may come again without harm should the process die before.
   */
  ackSoon(deliveries: readonly Delivery[]): void;
  /** Stops new deliveries; resolves when the broker has confirmed. Deliveries already handed over may still be acked. */
  cancel(): Promise<void>;
  /** Flushes the acks sent so far to the broker (a round trip on the channel), then closes. Implies `cancel`. */
  close(): Promise<void>;
  /** False while the consumer is not registered at the broker. */
  readonly active: boolean;
}

/**
 * Moves messages. At-least-once; ordered per queue and publisher while nothing fails; nothing is buffered while the
 * broker is away: `publish` answers `unknown` at once. RabbitMQ and in-memory implementations pass one contract suite
 * (`@comptoir/messaging/testing`).
 */
export interface Transport {
  /** Resolves when the broker can be used; rejects when `timeoutMs` passed. */
  start(): Promise<void>;
  /** Resolves with one outcome per message, in their order; does not reject. */
  publish(messages: readonly WireMessage[]): Promise<PublishOutcome[]>;
  /**
   * Consumes a declared queue. At most `prefetch` deliveries are unacknowledged at a time. Survives reconnects, lost
   * channels and consumers cancelled by the broker by subscribing again.
   */
  subscribe(
    queue: string,
    options: { prefetch: number; onDelivery: (delivery: Delivery) => void },
  ): Promise<Subscription>;
  /** Messages ready in the queue, not counting unacknowledged ones. Rejects while the broker is away. */
  depth(queue: string): Promise<number>;
  /** True while messages can be published. */
  readonly connected: boolean;
  /** Calls back whenever publishing becomes possible again. */
  onConnected(callback: () => void): void;
  close(): Promise<void>;
}
