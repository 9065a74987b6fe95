import type { Clock, Timer } from './clock';

/** A process is under load while its batches have this many messages, on average over about the last eight. */
const LOADED = 3;
const MEMORY = 1 / 8;

/** Something with work waiting: a queue's deliveries, or requests from outside. */
export interface WorkSource {
  /** When its oldest work came; `undefined` while there is nothing to do. */
  waitingSince(): number | undefined;
  /** How much work waits. */
  readonly waitingCount: number;
  /** How much a batch takes at most: nothing is gained by waiting for more. */
  readonly maxBatch: number;
  /** How long its work may wait for more, in milliseconds. Default: as the loop says. */
  readonly lingerMs?: number | undefined;
  /** Takes what has come, at most a batch, and handles it. Never rejects. */
  runBatch(): Promise<void>;
}

/** The work that is due first. */
interface Next {
  readonly source: WorkSource;
  readonly due: number;
  readonly lingerMs: number;
}

export interface BatchLoopOptions {
  /** Batches at a time. */
  readonly slots: number;
  /** Under load, a batch starts when its oldest work has waited this long, in milliseconds, or when it is full. 0 never waits. */
  readonly lingerMs: number;
  readonly clock: Clock;
  /** False while nothing new may start: too much is on its way to the broker. */
  readonly open: () => boolean;
}

/**
 * Runs one batch at a time (or `slots` of them) over all sources, the one that is due first. While a batch commits
 * the others fill: under load the cost of a transaction is shared, and at low load a batch is one message that waits for
 * nothing. Under load a batch lingers a few milliseconds, so that messages which left one service together are not split
 * at the next: where the CPU is the limit, larger batches are worth more than their wait. A source may linger longer than
 * the others; they do not wait for it.
 */
export class BatchLoop {
  private readonly sources: WorkSource[] = [];
  private running = 0;
  private scheduled = false;
  private lingering: Timer | undefined;
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
    this.lingering?.cancel();
    while (this.running < slots && open()) {
      const next = this.next();
      if (!next) break;
      if (this.lingers(next)) return;
      const { source } = next;
      this.averageSize += MEMORY * (source.waitingCount - this.averageSize);
      this.running += 1;
      void source.runBatch().finally(() => {
        this.running -= 1;
        this.fill();
      });
    }
    if (this.running === 0 && !this.next()) for (const resolve of this.idleWaiters.splice(0)) resolve();
  }

  /** True where nothing is due yet; the loop then comes back by itself. */
  private lingers({ due, lingerMs }: Next): boolean {
    const { clock } = this.options;
    const left = Math.min(due - clock.now(), lingerMs);
    if (left <= 0) return false;
    // What comes meanwhile may be due before.
    this.lingering = clock.setTimeout(() => this.fill(), left);
    return true;
  }

  private next(): Next | undefined {
    let next: Next | undefined;
    for (const source of this.sources) {
      const since = source.waitingSince();
      if (since === undefined) continue;
      const lingerMs = this.lingerOf(source);
      const due = since + lingerMs;
      if (!next || due < next.due) next = { source, due, lingerMs };
    }
    return next;
  }

  private lingerOf({ waitingCount, maxBatch, lingerMs = this.options.lingerMs }: WorkSource): number {
    return this.averageSize < LOADED || waitingCount >= maxBatch ? 0 : lingerMs;
  }
}
