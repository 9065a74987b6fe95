import { settled, systemClock, type Clock, type Timer } from '../clock';
import type { WireMessage } from '../message';
import type { Topology } from '../topology';
import type { Delivery, PublishOutcome } from '../transport';
import { sameStep, type Choice, type Fault } from './choice';
import type { Channel, Connection } from './connection';
import { deadLetter } from './death';
import { Exchanges } from './exchanges';
import { Queue, type Stored } from './queue';
import { random } from './random';
import { InMemoryTransport } from './transport';

export interface InMemoryBrokerOptions {
  /** For time to live. Default: the system's; simulations give a virtual one. */
  readonly clock?: Clock;
  /** Chooses where `step` is not told. The same seed and the same calls give the same run. */
  readonly seed?: number;
}

/**
 * RabbitMQ's behaviour without RabbitMQ, one step at a time: `choices` says what can happen next, `step` makes one of
 * them happen. Nothing happens by itself, unless `run` was called. Covers what the library uses: topic exchanges,
 * mandatory returns, confirms, quorum queues with delivery counts and limits, TTL, at-least-once dead-lettering,
 * prefetch, and the ways all that fails (`inject`). Durable: what it stored survives `stop`.
 */
export class InMemoryBroker {
  readonly clock: Clock;
  private readonly queues: ReadonlyMap<string, Queue>;
  private readonly exchanges: Exchanges;
  private readonly connections = new Map<string, Connection>();
  private readonly chance: () => number;
  private stopped = false;
  private running = false;
  private scheduled = false;
  private timer: Timer | undefined;
  private tags = 0;

  constructor(topology: Topology, { clock = systemClock, seed = 1 }: InMemoryBrokerOptions = {}) {
    this.clock = clock;
    this.queues = new Map(topology.queues.map((description) => [description.name, new Queue(description)]));
    this.exchanges = new Exchanges(topology, this.queues);
    this.chance = random(seed);
  }

  /** A client of the broker. Names are made unique, and appear in choices. */
  connect(name: string, options: { timeoutMs?: number } = {}): InMemoryTransport {
    let unique = name;
    for (let n = 2; this.connections.has(unique); n++) unique = `${name}#${n}`;
    return new InMemoryTransport(this, unique, options.timeoutMs);
  }

  /** Everything that can happen next, in a stable order. */
  choices(): Choice[] {
    const connections = [...this.connections.values()];
    return [...connections.flatMap((connection) => this.choicesOf(connection)), ...this.dueQueues()];
  }

  /** Makes one thing happen: the one given, or one by chance. Returns it; `undefined` where nothing can happen. */
  step(choice?: Choice): Choice | undefined {
    const choices = this.choices();
    const chosen = choice
      ? choices.find((each) => sameStep(each, choice))
      : choices[Math.floor(this.chance() * choices.length)];
    if (choice && !chosen) throw new Error(`Cannot happen now: ${JSON.stringify(choice)}`);
    if (chosen) this.perform(chosen);
    return chosen;
  }

  /** Steps until nothing can happen without time passing, and the clients' own work has settled. */
  async settle(): Promise<void> {
    for (let quiet = 0; quiet < 3; quiet++) {
      while (this.step()) quiet = 0;
      await settled();
    }
  }

  /** Steps by itself from now on, whenever something can happen, until the function it returns is called. */
  run(): () => void {
    this.running = true;
    this.changed();
    return () => {
      this.running = false;
      this.timer?.cancel();
    };
  }

  /** The faults that could be injected now. Whether anyone wants them is not the broker's to say. */
  faults(): Fault[] {
    const open = [...this.connections.values()].filter(({ status }) => status === 'open');
    return [
      ...open.map(({ name }): Fault => ({ kind: 'disconnect', connection: name })),
      ...open.filter(({ confirms }) => confirms.length > 0).map(({ name }): Fault => ({ kind: 'lose-confirm', connection: name })),
      ...open.flatMap(({ channels }) => channels.filter(({ consuming }) => consuming)).map(({ id }): Fault => ({ kind: 'cut', subscription: id })),
      ...[...this.queues.values()].flatMap(({ name, ready }) => [
        ...(ready.length > 0 ? [{ kind: 'duplicate', queue: name } as const] : []),
        ...ready.slice(1).map((_, index): Fault => ({ kind: 'reorder', queue: name, position: index + 1 })),
      ]),
    ];
  }

  /** Makes one thing go wrong. Throws where it cannot: see `faults`. */
  inject(fault: Fault): void {
    if (!this.faults().some((each) => sameStep(each, fault))) throw new Error(`Cannot go wrong now: ${JSON.stringify(fault)}`);
    switch (fault.kind) {
      case 'disconnect':
        this.drop(this.connection(fault.connection));
        break;
      case 'lose-confirm':
        this.connection(fault.connection).confirms.shift()?.publish.settle('unknown');
        break;
      case 'cut':
        this.lose(this.channel(fault.subscription));
        break;
      case 'duplicate': {
        const { ready } = this.queue(fault.queue);
        ready.unshift(...ready.slice(0, 1));
        break;
      }
      case 'reorder': {
        const { ready } = this.queue(fault.queue);
        ready.unshift(...ready.splice(fault.position, 1));
      }
    }
    this.changed();
  }

  /** The broker goes down: every client is disconnected, and stays so until `start`. */
  stop(): void {
    this.stopped = true;
    for (const connection of this.connections.values()) this.drop(connection);
  }

  start(): void {
    this.stopped = false;
    this.changed();
  }

  /** From `maxLength` messages on the queue refuses more. */
  limit(queue: string, maxLength: number): void {
    this.queue(queue).maxLength = maxLength;
    this.changed();
  }

  /** The messages waiting in a queue, head first. */
  messages(queue: string): readonly Stored[] {
    return [...this.queue(queue).ready];
  }

  /** For the broker's clients. */
  attach(connection: Connection): void {
    this.connections.set(connection.name, connection);
    this.changed();
  }

  /** A client's process is gone, or has said goodbye: as a disconnect, for good. */
  detach(connection: Connection): void {
    this.connections.delete(connection.name);
    this.drop(connection);
  }

  depth(queue: string): number {
    return this.queue(queue).ready.length;
  }

  /** Something may have become possible. */
  changed(): void {
    if (!this.running || this.scheduled) return;
    this.scheduled = true;
    setImmediate(() => {
      this.scheduled = false;
      if (!this.running) return;
      while (this.step());
      this.wakeWhenDue();
    });
  }

  private perform(choice: Choice): void {
    switch (choice.kind) {
      case 'connect':
        return this.open(this.connection(choice.connection));
      case 'publish':
        return this.accept(this.connection(choice.connection));
      case 'confirm': {
        const { confirms } = this.connection(choice.connection);
        const confirm = confirms.shift();
        return confirm?.publish.settle(confirm.outcome);
      }
      case 'frame':
        return this.receive(this.channel(choice.subscription));
      case 'deliver':
        return this.deliver(this.queue(choice.queue), this.channel(choice.subscription));
      case 'dead-letter':
        return this.deadLetter(this.queue(choice.queue));
    }
  }

  private choicesOf({ name, status, publishes, confirms, channels }: Connection): Choice[] {
    if (status === 'connecting' && !this.stopped) return [{ kind: 'connect', connection: name }];
    if (status !== 'open') return [];
    return [
      ...(publishes.length > 0 ? [{ kind: 'publish', connection: name } as const] : []),
      ...(confirms.length > 0 ? [{ kind: 'confirm', connection: name } as const] : []),
      ...channels.flatMap((channel): Choice[] => [
        ...(channel.frames.length > 0 ? [{ kind: 'frame', subscription: channel.id } as const] : []),
        ...(channel.consuming && channel.unacked.size < channel.prefetch && this.depth(channel.queue) > 0
          ? [{ kind: 'deliver', queue: channel.queue, subscription: channel.id } as const]
          : []),
      ]),
    ];
  }

  private dueQueues(): Choice[] {
    const now = this.clock.now();
    return [...this.queues.values()]
      .filter(({ nextDue }) => !this.stopped && nextDue !== undefined && nextDue <= now)
      .map(({ name }) => ({ kind: 'dead-letter', queue: name }));
  }

  private open(connection: Connection): void {
    connection.status = 'open';
    for (const channel of connection.channels) if (channel.wanted) channel.frames.push({ kind: 'consume' });
    connection.onOpen();
  }

  private accept({ publishes, confirms }: Connection): void {
    const publish = publishes.shift();
    if (publish) confirms.push({ publish, outcome: this.store(publish.message) });
  }

  /** Each queue with room has it, even where another refuses. */
  private store({ exchange, routingKey, body, properties, mandatory }: WireMessage): PublishOutcome {
    const queues = this.exchanges.route(exchange, routingKey);
    if (!queues) return 'refused';
    if (queues.length === 0) return mandatory ? 'returned' : 'confirmed';
    const headers = Object.fromEntries(Object.entries(properties.headers).filter(([, value]) => value !== undefined));
    const message = { exchange, routingKey, body: Buffer.from(body), properties: { ...properties, headers } };
    const open = queues.filter(({ full }) => !full);
    for (const queue of open) queue.store(message, this.clock.now());
    return open.length === queues.length ? 'confirmed' : 'refused';
  }

  private receive(channel: Channel): void {
    const frame = channel.frames.shift();
    switch (frame?.kind) {
      case 'consume':
        channel.consuming = true;
        return channel.onConsuming();
      case 'ack': {
        const known = frame.tags.filter((tag) => channel.unacked.delete(tag));
        return this.queue(channel.queue).acknowledge(known.length);
      }
      case 'cancel':
        channel.consuming = false;
        return frame.done();
      case 'close':
        this.lose(channel);
        return frame.done();
    }
  }

  private deliver(queue: Queue, channel: Channel): void {
    const stored = queue.take();
    const tag = ++this.tags;
    channel.unacked.set(tag, stored);
    channel.onDelivery(deliveryOf(queue.name, stored), tag);
  }

  private deadLetter(queue: Queue): void {
    const now = this.clock.now();
    const leaving = queue.nextLeaving(now);
    const message = leaving && deadLetter(queue, leaving.stored, leaving.reason, now);
    if (!leaving || !message) return;
    const targets = this.exchanges.route(message.exchange, message.routingKey) ?? [];
    // At least once: what no queue takes stays, and is tried again.
    if (targets.length === 0 || targets.some(({ full }) => full)) return queue.keepLeaving(leaving, now);
    for (const target of targets) target.store(message, now);
  }

  private drop(connection: Connection): void {
    connection.status = connection.status === 'idle' ? 'idle' : 'connecting';
    for (const channel of [...connection.channels]) this.lose(channel);
    const unknown = [...connection.confirms.map(({ publish }) => publish), ...connection.publishes];
    connection.confirms.length = connection.publishes.length = 0;
    for (const publish of unknown) publish.settle('unknown');
    this.changed();
  }

  /** The channel closes: what was on its way is lost, what was not acknowledged returns. */
  private lose(channel: Channel): void {
    const connection = [...this.connections.values()].find(({ channels }) => channels.includes(channel));
    const frames = channel.frames.splice(0);
    const back = [...channel.unacked.values()];
    channel.unacked.clear();
    channel.consuming = false;
    if (back.length > 0) this.queue(channel.queue).giveBack(back, this.clock.now());
    channel.onLost();
    for (const frame of frames) if (frame.kind === 'cancel' || frame.kind === 'close') frame.done();
    if (channel.wanted && connection?.status === 'open') channel.frames.push({ kind: 'consume' });
  }

  private wakeWhenDue(): void {
    this.timer?.cancel();
    const due = [...this.queues.values()].flatMap(({ nextDue }) => nextDue ?? []);
    if (due.length === 0 || this.stopped) return;
    this.timer = this.clock.setTimeout(() => this.changed(), Math.min(...due) - this.clock.now());
  }

  private queue(name: string): Queue {
    const queue = this.queues.get(name);
    if (!queue) throw new Error(`There is no queue ${name}`);
    return queue;
  }

  private connection(name: string): Connection {
    const connection = this.connections.get(name);
    if (!connection) throw new Error(`There is no connection ${name}`);
    return connection;
  }

  private channel(id: string): Channel {
    for (const { channels } of this.connections.values())
      for (const channel of channels) if (channel.id === id) return channel;
    throw new Error(`There is no subscription ${id}`);
  }
}

const deliveryOf = (queue: string, stored: Stored): Delivery => {
  const { deliveryCount, properties } = stored;
  return {
    queue,
    body: stored.body,
    properties:
      deliveryCount > 0
        ? { ...properties, headers: { ...properties.headers, 'x-delivery-count': deliveryCount } }
        : properties,
    exchange: stored.exchange,
    routingKey: stored.routingKey,
    redelivered: deliveryCount > 0,
    deliveryCount,
  };
};
