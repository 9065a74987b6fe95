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
  private subscriptions = 0;
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
      const id = `${this.name}/${queue}#${++this.subscriptions}`;
      const subscription = new InMemorySubscription(id, queue, options, this.broker, this.connection, () =>
        resolve(subscription),
      );
    });
  }

  async depth(queue: string): Promise<number> {
    if (!this.connected) throw new EndpointUnavailable('The broker is away');
    return this.broker.depth(queue);
  }

  onConnected(callback: () => void): void {
    this.callbacks.push(callback);
  }

  /** Says goodbye: acks and messages on their way arrive first. */
  async close(): Promise<void> {
    this.closed = true;
    const { channels } = this.connection;
    await Promise.all(channels.map((channel) => (channel as InMemorySubscription).close()));
    await new Promise<void>((done) => this.afterPublishes(done));
    this.broker.detach(this.connection);
  }

  /** The process dies: nothing more is sent, and nothing it did not hear of will reach it. */
  crash(): void {
    this.closed = true;
    this.connection.status = 'idle';
    this.broker.detach(this.connection);
  }

  private afterPublishes(done: () => void): void {
    const waiting = [...this.connection.publishes, ...this.connection.confirms.map(({ publish }) => publish)];
    const last = this.connection.publishes.at(-1) ?? waiting.at(-1);
    if (!last) return done();
    const { settle } = last;
    last.settle = (outcome) => {
      settle(outcome);
      done();
    };
  }
}
