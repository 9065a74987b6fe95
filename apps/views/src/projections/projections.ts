import type { EventSource } from '@comptoir/event-store';
import { postgresProjectionStore, Projector, publishedEvents, Tail, type Lag } from '@comptoir/event-store';
import { pgUnitOfWork, type SqlTransaction } from '@comptoir/messaging';
import type { Pool } from 'pg';
import type { View } from '../rows/row-projection';
import type { ProjectionMetrics } from './metrics';

export interface ProjectionsOptions {
  readonly views: readonly View[];
  /** Of the read models. */
  readonly pool: Pool;
  /** Of the log. */
  readonly log: Pool;
  readonly metrics?: ProjectionMetrics;
  readonly batchSize?: number;
}

export interface Projected {
  readonly view: View;
  readonly projector: Projector<SqlTransaction>;
}

/** The views and what carries them on: in a projector's process step by step, elsewhere for what people ask of them. */
export class Projections {
  readonly all: readonly Projected[];
  /** The end of the log, read once for all of them. */
  readonly tail: Tail;
  private readonly run: <R>(work: (tx: SqlTransaction) => Promise<R>) => Promise<R>;

  constructor(options: ProjectionsOptions) {
    const { views, pool, log, metrics, batchSize } = options;
    const source: EventSource = publishedEvents(pgUnitOfWork(log).run);
    this.tail = new Tail({ source, types: [...new Set(views.flatMap(({ events }) => events.names))] });
    this.run = pgUnitOfWork(pool).run;
    this.all = views.map((view) => {
      const projector = new Projector<SqlTransaction>({
        projection: view,
        source: this.tail,
        store: postgresProjectionStore,
        run: this.run,
        ...(batchSize === undefined ? {} : { batchSize }),
        onProjected: (generation, events) => metrics?.projected(generation, events),
      });
      return { view, projector };
    });
  }

  of(name: string): Projected | undefined {
    return this.all.find(({ view }) => view.name === name);
  }

  async lag(): Promise<readonly (readonly Lag[])[]> {
    await this.tail.refresh();
    return Promise.all(this.all.map(({ projector }) => projector.lag()));
  }

  parked(name: string) {
    return this.run((tx) => postgresProjectionStore.parked(tx, name));
  }
}
