import { EndpointUnavailable } from '../errors';
import type { WireMessage } from '../message';
import type { Delivery, PublishOutcome, Subscription, Transport } from '../transport';
import type { InMemoryBroker } from './broker';
import type { Connection } from './connection';
import { InMemorySubscription } from './subscription';

/** A client of an `InMemoryBroker`. What it asks for happens when the broker is stepped. */
export class InMemoryTransport implements Transport {
  private readonly connection: Connection;
  private readonly callbacks: (() => void)[] = [];
  private opened: () => void = () => {};
  private readonly subscriptions: InMemorySubscription[] = [];
  private closed = false;

  constructor(
    private readonly broker: InMemoryBroker,
    readonly name: string,
    private readonly timeoutMs = 30_000,
  ) {
    this.connection = {
      name,
      status: 'idle',
      publishes: [],
      confirms: [],
      channels: [],
      onOpen: () => {
        this.opened();
        for (const callback of this.callbacks) callback();
      },
    };
    broker.attach(this.connection);
  }

  get connected(): boolean {
    return this.connection.status === 'open' && !this.closed;
  }

  start(): Promise<void> {
    return new Promise((resolve, reject) => {
      const timer = this.broker.clock.setTimeout(
        () => reject(new EndpointUnavailable(`No connection to the broker within ${this.timeoutMs} ms`)),
        this.timeoutMs,
      );
      this.opened = () => {
        timer.cancel();
        resolve();
      };
      this.connection.status = 'connecting';
      this.broker.changed();
    });
  }

  publish(messages: readonly WireMessage[]): Promise<PublishOutcome[]> {
    if (!this.connected) return Promise.resolve(messages.map(() => 'unknown'));
    const outcomes = messages.map(
      (message) => new Promise<PublishOutcome>((settle) => this.connection.publishes.push({ message, settle })),
    );
    this.broker.changed();
    return Promise.all(outcomes);
  }

  subscribe(
    queue: string,
    options: { prefetch: number; onDelivery: (delivery: Delivery) => void },
  ): Promise<Subscription> {
    return new Promise((resolve) => {
      const id = `${this.name}/${queue}#${this.subscriptions.length + 1}`;
      const subscription = new InMemorySubscription(id, queue, options, this.broker, this.connection, () =>
        resolve(subscription),
      );
      this.subscriptions.push(subscription);
    });
  }

  async depth(queue: string): Promise<number> {
    if (!this.connected) throw new EndpointUnavailable('The broker is away');
    return this.broker.messages(queue).length;
  }

  onConnected(callback: () => void): void {
    this.callbacks.push(callback);
  }

  /** Says goodbye: acks and messages on their way arrive first. */
  async close(): Promise<void> {
    this.closed = true;
    await Promise.all([...this.subscriptions].map((subscription) => subscription.close()));
    await new Promise<void>((done) => this.afterPublishes(done));
    this.broker.detach(this.connection);
  }

  /** The process dies: nothing more is sent, and nothing on its way reaches it, not even an unknown outcome. */
  crash(): void {
    this.closed = true;
    this.connection.publishes.length = this.connection.confirms.length = 0;
    for (const channel of this.connection.channels) channel.wanted = false;
    this.broker.detach(this.connection);
  }

  /** Outcomes come in the order of publishing: the last one's is the end. */
  private afterPublishes(done: () => void): void {
    const last = this.connection.publishes.at(-1) ?? this.connection.confirms.at(-1)?.publish;
    if (!last) return done();
    const { settle } = last;
    last.settle = (outcome) => {
      settle(outcome);
      done();
    };
  }
}
