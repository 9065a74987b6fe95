import type { AmqpConnection } from '@golevelup/nestjs-rabbitmq';
import type { ChannelWrapper } from 'amqp-connection-manager';
import type { ConfirmChannel } from 'amqplib';
import type { Logger } from '../logger';

/** A channel is opened again at most this often, so that a permission error cannot become a storm. */
const REOPEN_AFTER_MS = 1_000;

/**
 * A channel that comes back. The connection manager opens channels again when the connection does, but not one that died
 * alone (a channel error has no listener there, or resets the whole connection). Here such a channel is replaced.
 */
export class HealingChannel {
  private wrapper: ChannelWrapper | undefined;
  private raw: ConfirmChannel | undefined;
  private timer: NodeJS.Timeout | undefined;
  private closed = false;

  constructor(
    private readonly connection: AmqpConnection,
    private readonly options: {
      name: string;
      logger: Logger;
      /** Runs on every new channel before it is used. A throw closes the channel; it is opened again later. */
      setUp: (channel: ConfirmChannel) => Promise<void>;
      onLost?: (channel: ConfirmChannel) => void;
    },
  ) {}

  /** The live channel, set up; `undefined` while there is none. */
  get channel(): ConfirmChannel | undefined {
    return this.raw;
  }

  open(): void {
    if (this.closed) return;
    const { name, logger } = this.options;
    const wrapper = this.connection.managedConnection.createChannel({
      name,
      setup: (channel: ConfirmChannel) => this.setUp(channel, wrapper),
    });
    this.wrapper = wrapper;
    wrapper.on('error', (error) => {
      logger.warn('A channel could not be set up', { channel: name, error: error.message });
      this.reopenSoon(wrapper);
    });
  }

  /** Replaces the channel, for instance when the broker cancelled its consumer. */
  replace(channel: ConfirmChannel): void {
    if (channel !== this.raw || !this.wrapper) return;
    this.lost(channel);
    this.reopenSoon(this.wrapper);
  }

  async close(): Promise<void> {
    this.closed = true;
    clearTimeout(this.timer);
    const channel = this.raw;
    this.raw = undefined;
    // When the connection breaks meanwhile, amqplib never answers `close`; the channel's event comes all the same.
    const gone = channel && new Promise<void>((resolve) => channel.once('close', () => resolve()));
    const closing = this.wrapper?.close().catch(() => undefined);
    await (gone ? Promise.race([closing, gone]) : closing);
  }

  private async setUp(channel: ConfirmChannel, wrapper: ChannelWrapper): Promise<void> {
    // Without a listener amqplib's 'error' event would end the process.
    channel.on('error', (error: Error) =>
      this.options.logger.warn('A channel failed', { channel: this.options.name, error: error.message }),
    );
    channel.once('close', () => {
      this.lost(channel);
      this.reopenSoon(wrapper);
    });
    await this.options.setUp(channel);
    if (wrapper === this.wrapper) this.raw = channel;
  }

  private lost(channel: ConfirmChannel): void {
    if (this.raw === channel) this.raw = undefined;
    this.options.onLost?.(channel);
  }

  private reopenSoon(wrapper: ChannelWrapper): void {
    if (this.closed || this.timer || wrapper !== this.wrapper) return;
    this.timer = setTimeout(() => {
      this.timer = undefined;
      // After a lost connection the manager has opened the channel again by itself.
      if (this.closed || this.raw || !this.connection.managedConnection.isConnected()) return;
      void wrapper.close().catch(() => undefined);
      this.open();
    }, REOPEN_AFTER_MS);
  }
}
