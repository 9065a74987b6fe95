import type { AmqpConnection } from '@golevelup/nestjs-rabbitmq';
import type { ConfirmChannel, ConsumeMessage } from 'amqplib';
import type { Logger } from '../logger';
import type { Delivery, Subscription } from '../transport';
import { HealingChannel } from './channel';
import { propertiesOf } from './properties';

/** A delivery with what its ack needs. */
interface RabbitDelivery extends Delivery {
  readonly channel: ConfirmChannel;
  readonly tag: number;
}

/** How long an ack may wait for others, and which part of the prefetch may: the broker must not run out of credit. */
const ACK_WITHIN_MS = 50;
const UNSENT_ACKS_PER_PREFETCH = 1 / 4;

/** One consumer on a channel of its own, so that one ack can cover a whole batch. */
export class RabbitSubscription implements Subscription {
  private readonly healing: HealingChannel;
  private consumerTag: string | undefined;
  private cancelled = false;
  /** Delivery tags of the live channel that are not acked, ascending (a Set keeps the order of arrival). */
  private outstanding = new Set<number>();
  private unsentAcks: Delivery[] = [];
  private ackTimer: NodeJS.Timeout | undefined;

  constructor(
    connection: AmqpConnection,
    private readonly queue: string,
    private readonly options: { prefetch: number; onDelivery: (delivery: Delivery) => void; logger: Logger },
  ) {
    this.healing = new HealingChannel(connection, {
      name: queue,
      logger: options.logger,
      setUp: (channel) => this.consume(channel),
      onLost: () => {
        this.consumerTag = undefined;
        this.outstanding.clear();
      },
    });
  }

  /** Resolves when the broker has registered the consumer; rejects when it has not within `timeoutMs`. */
  async start(timeoutMs: number): Promise<void> {
    this.healing.open();
    const deadline = Date.now() + timeoutMs;
    while (!this.active) {
      if (Date.now() > deadline)
        throw new Error(`The queue ${this.queue} could not be consumed within ${timeoutMs} ms: is the topology imported?`);
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
  }

  get active(): boolean {
    return this.consumerTag !== undefined && this.healing.channel !== undefined;
  }

  ack(deliveries: readonly Delivery[]): void {
    const channel = this.healing.channel;
    if (!channel) return;
    const tags = (deliveries as readonly RabbitDelivery[])
      .filter((delivery) => delivery.channel === channel && this.outstanding.delete(delivery.tag))
      .map((delivery) => delivery.tag);
    if (tags.length === 0) return;
    const last = Math.max(...tags);
    const oldest: number | undefined = this.outstanding.values().next().value;
    try {
      // Everything up to the last tag is done: one frame. Otherwise one each, for those beyond a gap.
      if (oldest === undefined || oldest > last) channel.ack(tagged(last), true);
      else for (const tag of tags) channel.ack(tagged(tag), false);
    } catch {
      // The channel closed a moment ago: the deliveries come again and the inbox absorbs them.
    }
  }

  ackSoon(deliveries: readonly Delivery[]): void {
    this.unsentAcks.push(...deliveries);
    if (this.unsentAcks.length >= this.options.prefetch * UNSENT_ACKS_PER_PREFETCH) this.sendAcks();
    else this.ackTimer ??= setTimeout(() => this.sendAcks(), ACK_WITHIN_MS);
  }

  private sendAcks(): void {
    clearTimeout(this.ackTimer);
    this.ackTimer = undefined;
    this.ack(this.unsentAcks.splice(0));
  }

  async cancel(): Promise<void> {
    this.cancelled = true;
    const { channel } = this.healing;
    const tag = this.consumerTag;
    this.consumerTag = undefined;
    if (channel && tag) await channel.cancel(tag).catch(() => undefined);
  }

  async close(): Promise<void> {
    await this.cancel();
    this.sendAcks();
    // Acks are frames without an answer; an RPC behind them on the same channel shows that the broker has read them.
    await this.healing.channel?.checkQueue(this.queue).catch(() => undefined);
    await this.healing.close();
  }

  private async consume(channel: ConfirmChannel): Promise<void> {
    if (this.cancelled) return;
    this.outstanding = new Set();
    await channel.prefetch(this.options.prefetch);
    const { consumerTag } = await channel.consume(this.queue, (message) => {
      if (message) this.deliver(channel, message);
      else {
        this.options.logger.warn('RabbitMQ cancelled a consumer; subscribing again', { queue: this.queue });
        this.healing.replace(channel);
      }
    });
    this.consumerTag = consumerTag;
  }

  private deliver(channel: ConfirmChannel, { content, fields, properties }: ConsumeMessage): void {
    this.outstanding.add(fields.deliveryTag);
    const count: unknown = properties.headers?.['x-delivery-count'];
    const delivery: RabbitDelivery = {
      queue: this.queue,
      body: content,
      properties: propertiesOf(properties),
      exchange: fields.exchange,
      routingKey: fields.routingKey,
      redelivered: fields.redelivered,
      deliveryCount: typeof count === 'number' ? count : fields.redelivered ? 1 : 0,
      channel,
      tag: fields.deliveryTag,
    };
    this.options.onDelivery(delivery);
  }
}

/** amqplib's `ack` reads nothing else of a message. */
const tagged = (deliveryTag: number) => ({ fields: { deliveryTag } }) as ConsumeMessage;
