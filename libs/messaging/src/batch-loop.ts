/** Something with work waiting: a queue's deliveries, or requests from outside. */
export interface WorkSource {
  /** When its oldest work came; `undefined` while there is nothing to do. */
  waitingSince(): number | undefined;
  /** Takes what has come, at most a batch, and handles it. Never rejects. */
  runBatch(): Promise<void>;
}

/**
 * Runs one batch at a time (or `slots` of them) over all sources, the one that waits longest first. While a batch commits
 * the others fill: under load the cost of a transaction is shared, and at low load a batch is one message.
 */
export class BatchLoop {
  private readonly sources: WorkSource[] = [];
  private running = 0;
  private scheduled = false;
  private idleWaiters: (() => void)[] = [];

  constructor(
    private readonly slots: number,
    /** False while nothing new may start: too much is on its way to the broker. */
    private readonly open: () => boolean,
  ) {}

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
    while (this.running < this.slots && this.open()) {
      const source = this.next();
      if (!source) break;
      this.running += 1;
      void source.runBatch().finally(() => {
        this.running -= 1;
        this.fill();
      });
    }
    if (this.running === 0 && !this.next()) for (const resolve of this.idleWaiters.splice(0)) resolve();
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
