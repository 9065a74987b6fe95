import { Inject, Injectable, type BeforeApplicationShutdown, type OnApplicationBootstrap } from '@nestjs/common';
import type { StoredEvent } from '@comptoir/event-store';
import { Polling, type Transport } from '@comptoir/messaging';
import { ServiceLogger, TRANSPORT } from '@comptoir/platform';
import { v7 as uuidv7 } from 'uuid';
import { LogConfig } from './log-config';
import { logMetrics } from './log-metrics';
import { LogReader } from './log-reader';
import { replayMessage } from './replay-message';
import { advanceReplay, takeReplay, type RunningReplay } from './sql/replays';

/** Events sent, confirmed and noted at a time. */
const PAGE = 200;
/** So much in the subscriber's queue is enough: what happens live must not wait behind a whole replay. */
const ENOUGH = 2_000;

/** What became of a step: `waits`: not now (the broker is away, the queue is full); `idle`: there is nothing to do. */
type Step = 'advanced' | 'ended' | 'waits' | 'idle';

/**
 * Sends the events of replays, page by page: read, publish, wait for the confirms, note how far it is. A process that dies in
 * between leaves a page to be sent again by the next, which the subscriber's inbox absorbs. Any number of processes share
 * the replays; each page is one's.
 */
@Injectable()
export class Replayer implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private readonly polling: Polling;

  constructor(
    private readonly log: LogReader,
    @Inject(TRANSPORT) private readonly transport: Transport,
    private readonly config: LogConfig,
    private readonly logger: ServiceLogger,
  ) {
    const { REPLAY_POLL_MS: pollMs } = config;
    const step = async () => (['advanced', 'ended'].includes(await this.step()) ? 0 : pollMs);
    this.polling = new Polling({ what: 'Replays', logger, pollMs, step });
  }

  onApplicationBootstrap(): void {
    this.polling.start();
  }

  beforeApplicationShutdown(): Promise<void> {
    return this.polling.stop();
  }

  /** One page of the replay given, or of the one that has waited longest. */
  async step(replayId?: string): Promise<Step> {
    const token = replayId ?? uuidv7();
    const [replay] = await this.log.run((tx) => takeReplay(tx, token, this.config.REPLAY_LEASE_MS / 1_000, replayId ?? null));
    if (!replay) return 'idle';
    const move = (cursor: number, sent: number, state: string, reason: string | null = null) =>
      this.log.run((tx) => advanceReplay(tx, replay.replayId, token, cursor, sent, state, reason));
    if (await this.hasEnough(replay)) {
      await move(replay.cursor, 0, 'running');
      return 'waits';
    }
    const { events, cursor, complete } = await this.page(replay);
    const outcomes = await this.transport.publish(events.map((event) => replayMessage(event, replay)));
    if (outcomes.includes('returned')) {
      await move(replay.cursor, 0, 'refused', `${replay.queue} takes no replays: its handler is not replayable, or there is no such queue`);
      this.logger.warn('A replay was refused', { replayId: replay.replayId, queue: replay.queue });
      return 'ended';
    }
    if (outcomes.some((outcome) => outcome !== 'confirmed')) {
      await move(replay.cursor, 0, 'running');
      return 'waits';
    }
    await move(cursor, events.length, complete ? 'completed' : 'running');
    logMetrics.replayed(replay.queue, events.length);
    return complete ? 'ended' : 'advanced';
  }

  private async page({ stream, types, recordedFrom, recordedUntil, cursor, upTo }: RunningReplay) {
    const placeOf = ({ version, position }: StoredEvent) => (stream === null ? position : version);
    const read =
      stream === null
        ? await this.log.all({
            after: cursor,
            limit: PAGE,
            raw: true,
            ...(types.length > 0 ? { types } : {}),
            ...(recordedFrom ? { recordedFrom } : {}),
            ...(recordedUntil ? { recordedUntil } : {}),
          })
        : await this.log.stream(stream, { from: cursor + 1, limit: PAGE, raw: true, ...(recordedUntil ? { recordedUntil } : {}) });
    const events = read.filter((event) => placeOf(event) <= upTo);
    const last = events.at(-1);
    return { events, cursor: last ? placeOf(last) : cursor, complete: events.length < PAGE };
  }

  /** Asked once the queue has taken something: before, it may not be there. */
  private async hasEnough({ queue, sent }: RunningReplay): Promise<boolean> {
    return sent > 0 && (await this.transport.depth(queue).catch(() => 0)) >= ENOUGH;
  }
}
