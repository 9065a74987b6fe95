import { randomUUID } from 'node:crypto';
import { connect, type ChannelModel, type ConfirmChannel, type GetMessage, type Options } from 'amqplib';
import type { MessageType, Outgoing } from '@comptoir/contracts';
import type { Ground } from './ground';

/** The queues that have a part in an order; the others only listen. */
export const EXCHANGES = ['business.commands', 'business.events'] as const;

/** A message off the wire, to be sent again unchanged. */
export interface Wire extends Pick<GetMessage, 'content' | 'properties'> {
  readonly fields: { readonly exchange: string; readonly routingKey: string };
}

/** An administrator's connection to the system's virtual host: taps, detours, messages made by hand. */
export class Broker {
  private constructor(
    private readonly connection: ChannelModel,
    readonly channel: ConfirmChannel,
  ) {}

  static async connect({ servers, vhost }: Ground): Promise<Broker> {
    const url = new URL(servers.amqpUrl);
    url.pathname = `/${encodeURIComponent(vhost)}`;
    const connection = await connect(url.toString(), { noDelay: true });
    connection.on('error', () => undefined);
    return new Broker(connection, await connection.createConfirmChannel());
  }

  /** Idempotent. */
  async close(): Promise<void> {
    await this.connection.close().catch(() => undefined);
  }

  /** Sends a message by hand; `body` replaces the one that the contract allows. Returns its id. */
  async send(
    { type, body, options = {} }: Outgoing<MessageType>,
    change: { body?: string; messageId?: string } = {},
  ): Promise<string> {
    const messageId = change.messageId ?? options.id ?? randomUUID();
    const [exchange, key] =
      type.kind === 'command'
        ? ['business.commands', type.name]
        : ['business.events', `${type.name}.${options.flow ?? 'none'}`];
    await this.publish(exchange, key, Buffer.from(change.body ?? JSON.stringify(body)), {
      messageId,
      type: type.name,
      correlationId: options.correlationId ?? messageId,
      contentType: 'application/json',
      headers: { flow: options.flow ?? 'none', attempt: 1, 'schema-version': type.version },
    });
    return messageId;
  }

  /** Sends what came off the wire to an exchange and key of one's choice. */
  resend({ content, properties }: Wire, exchange: string, key: string): Promise<void> {
    return this.publish(exchange, key, content, properties as Options.Publish);
  }

  /** How many messages wait in a queue. */
  depth = async (queue: string) => (await this.channel.checkQueue(queue)).messageCount;

  /** Takes one message for good. */
  async take(queue: string): Promise<Wire | undefined> {
    return (await this.channel.get(queue, { noAck: true })) || undefined;
  }

  private publish(exchange: string, key: string, content: Buffer, options: Options.Publish): Promise<void> {
    return new Promise((resolve, reject) => {
      const settle = (error: unknown) => (error ? reject(error) : resolve());
      this.channel.publish(exchange, key, content, { ...options, persistent: true }, settle);
    });
  }
}
