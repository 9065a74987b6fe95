import type { Logger } from '@comptoir/messaging';
import { Client } from 'pg';
import { ORDER_ENDED, readNotice } from './end-notice';
import type { Endings } from './endings';

const FIRST_PAUSE_MS = 50;
const LONGEST_PAUSE_MS = 2_000;

/**
 * Hears of ended orders on a connection of its own, since a pooled one would lose what it listens to. Connects again
 * whenever that breaks; what ended meanwhile is looked up then.
 */
export class EndingsListener {
  private client: Client | undefined;
  private retry: NodeJS.Timeout | undefined;
  private failures = 0;
  private stopped = false;

  constructor(
    private readonly options: { readonly url: string; readonly endings: Endings; readonly logger: Logger },
  ) {}

  /** Resolves after the first attempt, whether it could listen or not. */
  async start(): Promise<void> {
    const { url, endings, logger } = this.options;
    const client = new Client({ connectionString: url, application_name: 'orders-endings', keepAlive: true });
    this.client = client;
    client.on('notification', ({ payload }) => {
      try {
        endings.ended(readNotice(payload ?? '[]'));
      } catch (error) {
        logger.error('A notification of ended orders cannot be read', { error: String(error) });
      }
    });
    client.on('error', (error) => this.lost(client, error));
    client.on('end', () => this.lost(client, new Error('The connection ended')));
    try {
      await client.connect();
      await client.query(`LISTEN ${ORDER_ENDED}`);
      if (this.client !== client) return;
      this.failures = 0;
      await endings.listening();
    } catch (error) {
      this.lost(client, error);
    }
  }

  async stop(): Promise<void> {
    this.stopped = true;
    clearTimeout(this.retry);
    const { client } = this;
    this.client = undefined;
    this.options.endings.notListening();
    await client?.end().catch(() => undefined);
  }

  /** Comes several times for one connection: an error, its end, a failed query. */
  private lost(client: Client, error: unknown): void {
    if (this.client !== client || this.stopped) return;
    this.client = undefined;
    this.options.endings.notListening();
    client.end().catch(() => undefined);
    const pause = Math.min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS * 2 ** this.failures++);
    if (this.failures === 1)
      this.options.logger.warn('Not listening for ended orders; connecting again', { error: String(error) });
    this.retry = setTimeout(() => void this.start(), pause);
  }
}
