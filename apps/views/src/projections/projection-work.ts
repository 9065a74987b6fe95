import { Polling, type Logger } from '@comptoir/messaging';
import type { Projected, Projections } from './projections';

/** How soon an idle process sees a new event. One read of one row for all views. */
const POLL_MS = 20;
/** How soon it sees what is not in the log: a rebuild somebody asked for, a process that died over a batch. */
const LOOK_MS = 500;
const AFTER_FAILURE_MS = 1_000;

/** Carries the views on for as long as the process runs, each on its own: one that fails does not hold up the others. */
export class ProjectionWork {
  private readonly polling: readonly Polling[];

  constructor(
    private readonly projections: Projections,
    logger: Logger,
  ) {
    this.polling = projections.all.map(
      (projected) =>
        new Polling({
          what: 'Views',
          data: { view: projected.view.name },
          step: this.stepsOf(projected),
          pollMs: AFTER_FAILURE_MS,
          logger,
        }),
    );
  }

  start(): void {
    for (const polling of this.polling) polling.start();
  }

  async stop(): Promise<void> {
    await Promise.all(this.polling.map((polling) => polling.stop()));
  }

  private stepsOf({ projector }: Projected): () => Promise<number> {
    let seen = -1;
    let lookAt = 0;
    return async () => {
      const head = await this.projections.tail.refresh();
      if (head === seen && performance.now() < lookAt) return POLL_MS;
      seen = -1;
      const more = await projector.step();
      if (more) return 0;
      seen = head;
      lookAt = performance.now() + LOOK_MS;
      return POLL_MS;
    };
  }
}
