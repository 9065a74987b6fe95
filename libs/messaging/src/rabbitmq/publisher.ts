import type { AmqpConnection } from '@golevelup/nestjs-rabbitmq';
import type { ConfirmChannel } from 'amqplib';
import type { Logger } from '../logger';
import type { WireMessage } from '../message';
import type { PublishOutcome } from '../transport';
import { HealingChannel } from './channel';
import { publishOptions } from './properties';

/** amqplib's word for a nack; every other error means that the channel went, and nobody knows. */
const NACKED = 'message nacked';

/** Publishes with confirms on one channel. Nothing is buffered: without a channel every message's outcome is `unknown`. */
export class Publisher {
  private readonly healing: HealingChannel;
  /** Message ids the broker has returned; a return always comes before the confirm of the same message. */
  private readonly returned = new Set<string>();
  private readonly connectedCallbacks: (() => void)[] = [];

  constructor(connection: AmqpConnection, logger: Logger) {
    this.healing = new HealingChannel(connection, {
      name: 'publish',
      logger,
      setUp: async (channel) => {
        channel.on('return', (message) => this.returned.add(String(message.properties.messageId)));
        // The channel counts as open only once `setUp` has returned.
        setImmediate(() => this.connectedCallbacks.forEach((callback) => callback()));
      },
    });
  }

  open(): void {
    this.healing.open();
  }

  get connected(): boolean {
    return this.healing.channel !== undefined;
  }

  onConnected(callback: () => void): void {
    this.connectedCallbacks.push(callback);
  }

  publish(messages: readonly WireMessage[]): Promise<PublishOutcome[]> {
    const { channel } = this.healing;
    if (!channel) return Promise.resolve(messages.map(() => 'unknown'));
    return Promise.all(messages.map((message) => this.publishOne(channel, message)));
  }

  close(): Promise<void> {
    return this.healing.close();
  }

  private publishOne(channel: ConfirmChannel, message: WireMessage): Promise<PublishOutcome> {
    return new Promise((resolve) => {
      const id = message.properties.messageId;
      try {
        channel.publish(message.exchange, message.routingKey, Buffer.from(message.body, 'utf8'), publishOptions(message), (error) => {
          const returned = message.mandatory && this.returned.delete(id);
          if (error) resolve(error.message === NACKED ? 'refused' : 'unknown');
          else resolve(returned ? 'returned' : 'confirmed');
        });
      } catch {
        // The channel closed under our hands.
        resolve('unknown');
      }
    });
  }
}
