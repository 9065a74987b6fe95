import type { Logger, SqlTransaction } from '@comptoir/messaging';
import { v7 as uuidv7 } from 'uuid';
import { addressOf } from './address';
import type { Channel } from './channels/channel';
import { ChannelUnavailable, DeliveryUnderWay } from './errors';
import { oneLine } from './format';
import { keyOf, type Letter, type Told } from './notification';
import { Slots } from './slots';
import { beginAttempt, type Attempt } from './sql/begin-attempt';
import { endAttempt } from './sql/end-attempt';

/** After the channel's time is up its outcome still has to be committed. */
const MARGIN_MS = 15_000;

export interface DeliveryOptions {
  readonly channel: Channel;
  /** Each statement is a transaction by itself. */
  readonly database: SqlTransaction;
  /** Customers are `<customerId>@<domain>`; none: they have no address. */
  readonly domain: string | undefined;
  /** The longest that the channel may take. */
  readonly timeoutMs: number;
  /** Attempts at the same time. */
  readonly concurrency: number;
  /** How long an attempt that never came to an end keeps others off. Default: the time-out and what a commit takes. */
  readonly leaseMs?: number;
  readonly logger: Logger;
}

/** Hands letters to the channel, one process at a time per letter, and keeps count of it. Never inside a transaction. */
export class Delivery {
  private readonly slots: Slots;

  constructor(private readonly options: DeliveryOptions) {
    this.slots = new Slots(options.concurrency);
  }

  /**
   * Resolves when the channel has taken the letter, or has refused it for good. Throws where it may be tried again. When
   * `signal` aborts, what waits for its turn is left; what has begun is finished, for nobody could tell how far it came.
   */
  attempt(letter: Letter, signal: AbortSignal): Promise<Told> {
    return this.slots.run(signal, async () => {
      const { channel, domain, timeoutMs, database, leaseMs = timeoutMs + MARGIN_MS } = this.options;
      const { template, causeId, customerId, subject, text } = letter;
      const address = addressOf(customerId, domain);
      const asked = [uuidv7(), template, causeId, customerId, channel.name, address ?? null, subject, text, leaseMs] as const;
      const [begun] = await beginAttempt(database, ...asked);
      if (!begun) throw new DeliveryUnderWay(`Somebody is at notification ${keyOf(letter)}`, { key: keyOf(letter) });
      if (channel.needsAddress && address === undefined) return { from: 'attempt', refused: 'no-address' };
      return this.send(letter, address, begun);
    });
  }

  private async send(letter: Letter, address: string | undefined, { subject, text, notificationId, attempts }: Attempt): Promise<Told> {
    const { channel, database, timeoutMs, logger } = this.options;
    const key = keyOf(letter);
    try {
      const { customerId } = letter;
      const refused = await channel.send({ key, customerId, address, subject, text }, AbortSignal.timeout(timeoutMs));
      if (refused !== undefined) logger.warn('A notification was refused for good', { key, notificationId, reason: oneLine(refused) });
      return { from: 'attempt', refused: refused === undefined ? undefined : oneLine(refused) };
    } catch (error) {
      const reason = oneLine(error instanceof Error ? error.message : String(error));
      await endAttempt(database, notificationId, attempts, reason);
      throw new ChannelUnavailable(`Notification ${key} could not be sent by ${channel.name}: ${reason}`, { key, attempts });
    }
  }
}
