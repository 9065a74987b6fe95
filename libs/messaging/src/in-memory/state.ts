import type { Clock } from '../clock';
import type { WireMessage } from '../message';
import type { Topology } from '../topology';
import type { Delivery, PublishOutcome } from '../transport';
import type { Choice } from './choice';
import type { Channel, Connection } from './connection';
import { deadLetter } from './death';
import { Exchanges } from './exchanges';
import { Queue, type Stored } from './queue';

/** What a broker holds, and what each step does to it. Who decides which step comes next is not its business. */
export class BrokerState {
  readonly queues: ReadonlyMap<string, Queue>;
  readonly connections = new Map<string, Connection>();
  stopped = false;
  private readonly exchanges: Exchanges;
  private tags = 0;

  constructor(topology: Topology, private readonly clock: Clock) {
    this.queues = new Map(topology.queues.map((description) => [description.name, new Queue(description)]));
    this.exchanges = new Exchanges(topology, this.queues);
  }

  choices(): Choice[] {
    if (this.stopped) return [];
    const now = this.clock.now();
    const due = [...this.queues.values()].filter(({ nextDue }) => nextDue !== undefined && nextDue <= now);
    return [
      ...[...this.connections.values()].flatMap((connection) => this.choicesOf(connection)),
      ...due.map(({ name }): Choice => ({ kind: 'dead-letter', queue: name })),
    ];
  }

  perform(choice: Choice): void {
    switch (choice.kind) {
      case 'connect':
        return this.open(this.connection(choice.connection));
      case 'publish':
        return this.accept(this.connection(choice.connection));
      case 'confirm': {
        const confirm = this.connection(choice.connection).confirms.shift();
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

  /** The connection breaks: what was on its way is lost or of unknown outcome, what was not acknowledged returns. */
  drop(connection: Connection): void {
    if (connection.status === 'open') connection.status = 'connecting';
    for (const channel of [...connection.channels]) this.lose(channel, connection);
    const unknown = [...connection.confirms.splice(0).map(({ publish }) => publish), ...connection.publishes.splice(0)];
    for (const publish of unknown) publish.settle('unknown');
  }

  /** One channel closes. */
  lose(channel: Channel, connection: Connection): void {
    const frames = channel.frames.splice(0);
    const back = [...channel.unacked.values()];
    channel.unacked.clear();
    channel.consuming = false;
    if (back.length > 0) this.queue(channel.queue).giveBack(back, this.clock.now());
    channel.onLost();
    for (const frame of frames) if (frame.kind === 'cancel' || frame.kind === 'close') frame.done();
    if (channel.wanted && connection.status === 'open') channel.frames.push({ kind: 'consume' });
  }

  queue(name: string): Queue {
    const queue = this.queues.get(name);
    if (!queue) throw new Error(`There is no queue ${name}`);
    return queue;
  }

  connection(name: string): Connection {
    const connection = this.connections.get(name);
    if (!connection) throw new Error(`There is no connection ${name}`);
    return connection;
  }

  channel(id: string): Channel {
    for (const { channels } of this.connections.values())
      for (const channel of channels) if (channel.id === id) return channel;
    throw new Error(`There is no subscription ${id}`);
  }

  connectionOf(channel: Channel): Connection {
    for (const connection of this.connections.values()) if (connection.channels.includes(channel)) return connection;
    throw new Error(`The connection of ${channel.id} is gone`);
  }

  private choicesOf({ name, status, publishes, confirms, channels }: Connection): Choice[] {
    if (status === 'connecting') return [{ kind: 'connect', connection: name }];
    if (status !== 'open') return [];
    return [
      ...(publishes.length > 0 ? [{ kind: 'publish', connection: name } as const] : []),
      ...(confirms.length > 0 ? [{ kind: 'confirm', connection: name } as const] : []),
      ...channels.flatMap((channel): Choice[] => [
        ...(channel.frames.length > 0 ? [{ kind: 'frame', subscription: channel.id } as const] : []),
        ...(channel.consuming && channel.unacked.size < channel.prefetch && this.queue(channel.queue).ready.length > 0
          ? [{ kind: 'deliver', queue: channel.queue, subscription: channel.id } as const]
          : []),
      ]),
    ];
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
      case 'ack':
        for (const tag of frame.tags) channel.unacked.delete(tag);
        return;
      case 'cancel':
        channel.consuming = false;
        return frame.done();
      case 'close':
        this.lose(channel, this.connectionOf(channel));
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
    if (!message) return;
    const targets = this.exchanges.route(message.exchange, message.routingKey) ?? [];
    // At least once: what no queue takes stays, and is tried again.
    if (targets.length === 0 || targets.some(({ full }) => full)) return queue.keepLeaving(leaving, now);
    for (const target of targets) target.store(message, now);
  }
}

function deliveryOf(queue: string, { deliveryCount, properties, body, exchange, routingKey }: Stored): Delivery {
  const counted = { ...properties.headers, 'x-delivery-count': deliveryCount };
  return {
    queue,
    body,
    properties: { ...properties, headers: deliveryCount > 0 ? counted : properties.headers },
    exchange,
    routingKey,
    redelivered: deliveryCount > 0,
    deliveryCount,
  };
}
