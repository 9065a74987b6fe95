import type { Delivery, Subscription } from '../transport';
import type { InMemoryBroker } from './broker';
import type { Channel, Connection, Frame } from './connection';
import type { Stored } from './queue';

/** A consumer, both as its owner and as the broker see it. */
export class InMemorySubscription implements Subscription, Channel {
  readonly prefetch: number;
  readonly frames: Frame[] = [];
  readonly unacked = new Map<number, Stored>();
  consuming = false;
  wanted = true;
  private readonly onMessage: (delivery: Delivery) => void;
  /** Not yet acknowledged by the owner, on the channel that is open now. */
  private tags = new Map<Delivery, number>();

  constructor(
    readonly id: string,
    readonly queue: string,
    options: { prefetch: number; onDelivery: (delivery: Delivery) => void },
    private readonly broker: InMemoryBroker,
    private readonly connection: Connection,
    readonly onConsuming: () => void,
  ) {
    this.prefetch = options.prefetch;
    this.onMessage = options.onDelivery;
    broker.messages(queue);
    connection.channels.push(this);
    if (connection.status === 'open') this.send({ kind: 'consume' });
  }

  get active(): boolean {
    return this.consuming;
  }

  onDelivery(delivery: Delivery, tag: number): void {
    this.tags.set(delivery, tag);
    this.onMessage(delivery);
  }

  onLost(): void {
    this.tags.clear();
  }

  ack(deliveries: readonly Delivery[]): void {
    const tags = deliveries.flatMap((delivery) => {
      const tag = this.tags.get(delivery);
      this.tags.delete(delivery);
      return tag ?? [];
    });
    if (tags.length > 0) this.send({ kind: 'ack', tags });
  }

  /** Frames wait until the broker is let read them: every delay there can be is explored anyway. */
  ackSoon(deliveries: readonly Delivery[]): void {
    this.ack(deliveries);
  }

  cancel(): Promise<void> {
    this.wanted = false;
    return this.ask('cancel');
  }

  async close(): Promise<void> {
    this.wanted = false;
    const { channels } = this.connection;
    if (!channels.includes(this)) return;
    await this.ask('close');
    const index = channels.indexOf(this);
    if (index >= 0) channels.splice(index, 1);
  }

  /** Resolves when the broker has done it, or the channel is gone anyway. */
  private ask(kind: 'cancel' | 'close'): Promise<void> {
    if (this.connection.status !== 'open') return Promise.resolve();
    return new Promise((done) => this.send({ kind, done }));
  }

  private send(frame: Frame): void {
    this.frames.push(frame);
    this.broker.changed();
  }
}
