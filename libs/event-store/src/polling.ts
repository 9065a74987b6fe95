import { systemClock } from '@comptoir/messaging';
import type { Clock, Logger } from '@comptoir/messaging';

export interface PollingOptions {
  /** Does some work; true where there may be more at once. */
  readonly step: () => Promise<boolean>;
  readonly logger: Logger;
  /** For the log: which work it is. */
  readonly name: string;
  /** How long it waits where there is nothing to do, and after a failure, in milliseconds. Default 50. */
  readonly pollMs?: number;
  readonly clock?: Clock;
}

/** Steps for as long as it runs: at once while there is more to do, else after a pause. A step that fails is tried again. */
export class Polling {
  private readonly clock: Clock;
  private running: Promise<void> | undefined;
  private stopped = false;
  private wake: () => void = () => undefined;

  constructor(private readonly options: PollingOptions) {
    this.clock = options.clock ?? systemClock;
  }

  start(): void {
    this.running ??= this.run();
  }

  /** Finishes the step at hand and takes no more. Idempotent. */
  async stop(): Promise<void> {
    this.stopped = true;
    this.wake();
    await this.running;
  }

  private async run(): Promise<void> {
    const { step, logger, name, pollMs = 50 } = this.options;
    let failing = false;
    while (!this.stopped) {
      let more = false;
      try {
        more = await step();
        if (failing) logger.info('Goes on again', { name });
        failing = false;
      } catch (error) {
        // Once per outage.
        if (!failing) logger.warn('Cannot go on; trying again', { name, error: String(error) });
        failing = true;
      }
      if (!more && !this.stopped) await this.pause(pollMs);
    }
  }

  private pause(ms: number): Promise<void> {
    return new Promise((resolve) => {
      const timer = this.clock.setTimeout(resolve, ms);
      this.wake = () => {
        timer.cancel();
        resolve();
      };
    });
  }
}
