import type { AmqpConnection } from '@golevelup/nestjs-rabbitmq';
import type { ConfirmChannel } from 'amqplib';
import type { Logger } from '../logger';
import type { Delivery, Subscription, Transport } from '../transport';
import { HealingChannel } from './channel';
import { connect } from './connection';
import { Publisher } from './publisher';
import { RabbitSubscription } from './subscription';

export interface RabbitTransportOptions {
  /** With the service's own user and the virtual host: `amqp://inventory:...@host:5672/comptoir`. */
  readonly url: string;
  /** Shown in the management UI as the connections' name. */
  readonly name: string;
  readonly logger: Logger;
  /** How long `start` waits for the broker. Default 30 s. */
  readonly startTimeoutMs?: number;
}

const START_TIMEOUT_MS = 30_000;
const SUBSCRIBE_TIMEOUT_MS = 10_000;

/**
 * RabbitMQ: one connection for publishing and one for consuming, because a broker short of memory or disk stops reading
 * from connections that publish, and acks must still get through then.
 */
export function rabbitTransport(options: RabbitTransportOptions): Transport {
  return new RabbitTransport(options);
}

class RabbitTransport implements Transport {
  private publishing: AmqpConnection | undefined;
  private consuming: AmqpConnection | undefined;
  private publisher: Publisher | undefined;
  /** For questions; a question about a queue that does not exist costs the channel, and only this one. */
  private questions: HealingChannel | undefined;
  private readonly subscriptions: RabbitSubscription[] = [];
  private readonly connectedCallbacks: (() => void)[] = [];

  constructor(private readonly options: RabbitTransportOptions) {}

  async start(): Promise<void> {
    const { url, name, logger, startTimeoutMs = START_TIMEOUT_MS } = this.options;
    this.publishing = await connect({ url, name: `${name} publish`, logger });
    this.consuming = await connect({ url, name: `${name} consume`, logger });
    this.publisher = new Publisher(this.publishing, logger);
    this.publisher.onConnected(() => this.connectedCallbacks.forEach((callback) => callback()));
    this.publisher.open();
    this.questions = new HealingChannel(this.consuming, { name: 'questions', logger, setUp: async () => undefined });
    this.questions.open();
    const deadline = Date.now() + startTimeoutMs;
    while (!this.connected || !this.questions.channel) {
      if (Date.now() > deadline) {
        await this.close();
        throw new Error(`RabbitMQ did not answer at ${withoutPassword(url)} within ${startTimeoutMs} ms`);
      }
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
  }

  get connected(): boolean {
    return this.publisher?.connected ?? false;
  }

  onConnected(callback: () => void): void {
    this.connectedCallbacks.push(callback);
  }

  async publish(messages: Parameters<Transport['publish']>[0]) {
    return this.publisher ? this.publisher.publish(messages) : messages.map(() => 'unknown' as const);
  }

  async subscribe(
    queue: string,
    options: { prefetch: number; onDelivery: (delivery: Delivery) => void },
  ): Promise<Subscription> {
    if (!this.consuming) throw new Error('The transport is not started');
    const subscription = new RabbitSubscription(this.consuming, queue, { ...options, logger: this.options.logger });
    this.subscriptions.push(subscription);
    await subscription.start(SUBSCRIBE_TIMEOUT_MS);
    return subscription;
  }

  async depth(queue: string): Promise<number> {
    const channel: ConfirmChannel | undefined = this.questions?.channel;
    if (!channel) throw new Error('RabbitMQ is away');
    return (await channel.checkQueue(queue)).messageCount;
  }

  async close(): Promise<void> {
    await Promise.allSettled(this.subscriptions.map((subscription) => subscription.close()));
    await Promise.allSettled([this.publisher?.close(), this.questions?.close()]);
    // golevelup's own close() ends every connection of the process; these are ours alone.
    await Promise.allSettled([this.publishing?.managedConnection.close(), this.consuming?.managedConnection.close()]);
  }
}

const withoutPassword = (url: string) => url.replace(/\/\/([^:@/]*):[^@]*@/, '//$1:***@');
