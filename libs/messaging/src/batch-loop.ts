import type { Clock } from './clock';

/** A process is under load while its batches have this many messages, on average over about the last eight. */
const LOADED = 3;
const MEMORY = 1 / 8;

/** Something with work waiting: a queue's deliveries, or requests from outside. */
export interface WorkSource {
  /** When its oldest work came; `undefined` while there is nothing to do. */
  waitingSince(): number | undefined;
  /** How much work waits. */
  readonly waitingCount: number;
  /** Takes what has come, at most a batch, and handles it. Never rejects. */
  runBatch(): Promise<void>;
}

export interface BatchLoopOptions {
  /** Batches at a time. */
  readonly slots: number;
  /** Under load, a batch starts when its oldest work has waited this long, in milliseconds. 0 never waits. */
  readonly lingerMs: number;
  readonly clock: Clock;
  /** False while nothing new may start: too much is on its way to the broker. */
  readonly open: () => boolean;
}

/**
 * Runs one batch at a time (or `slots` of them) over all sources, the one that waits longest first. While a batch commits
 * the others fill: under load the cost of a transaction is shared, and at low load a batch is one message that waits for
 * nothing. Under load a batch lingers a few milliseconds, so that messages which left one service together are not split
 * at the next: where the CPU is the limit, larger batches are worth more than their wait.
 */
export class BatchLoop {
  private readonly sources: WorkSource[] = [];
  private running = 0;
  private scheduled = false;
  private averageSize = 0;
  private idleWaiters: (() => void)[] = [];

  constructor(private readonly options: BatchLoopOptions) {}

  add(source: WorkSource): void {
    this.sources.push(source);
  }

  /** Call whenever a source got work or the gate opened. Deliveries of one socket read become one batch. */
  wake(): void {
    if (this.scheduled) return;
    this.scheduled = true;
    setImmediate(() => {
      this.scheduled = false;
      this.fill();
    });
  }

  /** Resolves when no batch runs and no source has work that could start. */
  idle(): Promise<void> {
    if (this.running === 0 && !this.next()) return Promise.resolve();
    return new Promise((resolve) => this.idleWaiters.push(resolve));
  }

  private fill(): void {
    const { slots, open } = this.options;
    while (this.running < slots && open()) {
      const source = this.next();
      if (!source) break;
      if (this.lingers(source)) return;
      this.averageSize += MEMORY * (source.waitingCount - this.averageSize);
      this.running += 1;
      void source.runBatch().finally(() => {
        this.running -= 1;
        this.fill();
      });
    }
    if (this.running === 0 && !this.next()) for (const resolve of this.idleWaiters.splice(0)) resolve();
  }

  /** True where more is worth waiting for; the loop then comes back by itself. */
  private lingers(source: WorkSource): boolean {
    const { lingerMs, clock } = this.options;
    if (this.averageSize < LOADED) return false;
    const left = lingerMs - (clock.now() - (source.waitingSince() ?? 0));
    if (left <= 0) return false;
    if (!this.scheduled) {
      this.scheduled = true;
      clock.setTimeout(() => {
        this.scheduled = false;
        this.fill();
      }, left);
    }
    return true;
  }

  private next(): WorkSource | undefined {
    let oldest: WorkSource | undefined;
    let since = Infinity;
    for (const source of this.sources) {
      const waiting = source.waitingSince();
      if (waiting !== undefined && waiting < since) {
        since = waiting;
        oldest = source;
      }
    }
    return oldest;
  }
}
