import { systemClock } from './clock';
import type { Clock } from './clock';
import type { Logger } from './logger';

export interface PollingOptions {
  /** Does some work; says how long to wait until the next step, in milliseconds. 0: there may be more to do at once. */
  readonly step: () => Promise<number>;
  readonly logger: Logger;
  /** For the log, in the plural: `Deadlines`. */
  readonly what: string;
  readonly data?: Record<string, unknown>;
  /** How long it waits after a failure, in milliseconds. */
  readonly pollMs: number;
  readonly clock?: Clock;
}

/**
 * Steps for as long as it runs: at once while there is more to do, else after a pause. A step that fails is tried again after
 * `pollMs`, and told once until it succeeds.
 */
export class Polling {
  private readonly clock: Clock;
  private running: Promise<void> | undefined;
  private stopping = false;
  private wake: () => void = () => undefined;

  constructor(private readonly options: PollingOptions) {
    this.clock = options.clock ?? systemClock;
  }

  /** It has been told to stop: a step that has not begun its work should not. */
  get stopped(): boolean {
    return this.stopping;
  }

  start(): void {
    this.running ??= this.run();
  }

  /** Finishes the step at hand and takes no more. Idempotent. */
  async stop(): Promise<void> {
    this.stopping = true;
    this.wake();
    await this.running;
  }

  private async run(): Promise<void> {
    const { step, logger, what, data, pollMs } = this.options;
    let failing = false;
    while (!this.stopping) {
      let pause = pollMs;
      try {
        pause = await step();
        if (failing) logger.info(`${what} are looked after again`, data);
        failing = false;
      } catch (error) {
        // Once per outage: the broker or the database being away is told by others, every second.
        if (!failing) logger.warn(`${what} cannot be looked after; trying on`, { ...data, error: String(error) });
        failing = true;
      }
      if (pause > 0 && !this.stopping) await this.sleep(pause);
    }
  }

  private sleep(ms: number): Promise<void> {
    return new Promise((resolve) => {
      const timer = this.clock.setTimeout(resolve, ms);
      this.wake = () => {
        timer.cancel();
        resolve();
      };
    });
  }
}
