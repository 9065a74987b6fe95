import type { QueueDescription } from '../topology';
import type { Delivery } from '../transport';

/** A message in a queue. */
export interface Stored {
  readonly exchange: string;
  readonly routingKey: string;
  readonly body: Buffer;
  readonly properties: Delivery['properties'];
  /** How often it came back unacknowledged. */
  readonly deliveryCount: number;
  /** When it leaves for the dead-letter exchange by itself. */
  readonly expiresAt: number | undefined;
}

export type DeathReason = 'expired' | 'delivery_limit';

interface Leaving {
  readonly stored: Stored;
  readonly reason: DeathReason;
  /** RabbitMQ tries again after three minutes where the target was missing or full. */
  readonly retryAt: number;
}

export const DEAD_LETTER_RETRY_MS = 180_000;

/** A quorum queue: what RabbitMQ promises of one, without the quorum. */
export class Queue {
  readonly ready: Stored[] = [];
  /** Kept until a dead-letter target has taken it. */
  readonly leaving: Leaving[] = [];
  /** With so many messages ready, further ones are refused. Those out for delivery do not count. */
  maxLength = Infinity;

  constructor(readonly description: QueueDescription) {}

  get name() {
    return this.description.name;
  }

  get full() {
    return this.ready.length >= this.maxLength;
  }

  store(message: Omit<Stored, 'deliveryCount' | 'expiresAt'>, now: number): void {
    const ttl = this.number('x-message-ttl');
    this.ready.push({ ...message, deliveryCount: 0, expiresAt: ttl === undefined ? undefined : now + ttl });
  }

  /** Hands out the head: it is the consumer's until given back. */
  take(): Stored {
    const head = this.ready.shift();
    if (!head) throw new Error(`Queue ${this.name} is empty`);
    return head;
  }

  /** To the front, in the order they had; what came back too often leaves. */
  giveBack(messages: readonly Stored[], now: number): void {
    const limit = this.number('x-delivery-limit') ?? Infinity;
    const returned = messages.map((stored) => ({ ...stored, deliveryCount: stored.deliveryCount + 1 }));
    this.ready.unshift(...returned.filter(({ deliveryCount }) => deliveryCount <= limit));
    for (const stored of returned)
      if (stored.deliveryCount > limit) this.leaving.push({ stored, reason: 'delivery_limit', retryAt: now });
  }

  /** When the next message leaves by itself; `undefined` where none waits for that. */
  get nextDue(): number | undefined {
    const times = [this.ready[0]?.expiresAt, ...this.leaving.map(({ retryAt }) => retryAt)];
    return times.reduce((a, b) => (a === undefined ? b : b === undefined ? a : Math.min(a, b)));
  }

  /** Takes the message that is due to leave; whoever cannot place it gives it to `keepLeaving`. */
  nextLeaving(now: number): Leaving | undefined {
    const again = this.leaving.findIndex(({ retryAt }) => retryAt <= now);
    if (again >= 0) return this.leaving.splice(again, 1)[0];
    const head = this.ready[0];
    if (head?.expiresAt === undefined || head.expiresAt > now) return undefined;
    this.ready.shift();
    return { stored: head, reason: 'expired', retryAt: now };
  }

  keepLeaving(leaving: Leaving, now: number): void {
    this.leaving.push({ ...leaving, retryAt: now + DEAD_LETTER_RETRY_MS });
  }

  text(argument: string): string | undefined {
    const value = this.description.arguments[argument];
    return typeof value === 'string' ? value : undefined;
  }

  private number(argument: string): number | undefined {
    const value = this.description.arguments[argument];
    return typeof value === 'number' ? value : undefined;
  }
}
