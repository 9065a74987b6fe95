import type { Generation, Lag, StoredEvent } from '@comptoir/event-store';
import { Counter, Gauge, Histogram, type Registry } from 'prom-client';

/** How far the views are behind, and what they could not take. */
export class ProjectionMetrics {
  private readonly lag: Histogram<'projection'>;
  private readonly events: Counter<'projection'>;

  /** `lags` is asked when the metrics are read, so that a projector that hangs is seen as well. */
  constructor(registry: Registry, lags: () => Promise<readonly (readonly Lag[])[]>) {
    const registers = [registry];
    const labelNames = ['projection'] as const;
    this.lag = new Histogram({
      name: 'projection_lag_seconds',
      help: 'From an event being recorded in the log to its being in the live read model',
      labelNames,
      buckets: [0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 5, 30, 300],
      registers,
    });
    this.events = new Counter({ name: 'projection_events_total', help: 'Events projected, rebuilds included', labelNames, registers });
    let asked: Promise<readonly Lag[]> | undefined;
    /** All gauges are collected at the same time: they share an answer. None while a database is away. */
    const ask = () =>
      (asked ??= lags()
        .then((all) => all.flat().filter(({ live }) => live), () => [])
        .finally(() => (asked = undefined)));
    const gauge = (name: string, help: string, valueOf: (lag: Lag) => number) =>
      new Gauge({
        name,
        help,
        labelNames,
        registers,
        async collect() {
          for (const lag of await ask()) this.set({ projection: lag.name }, valueOf(lag));
        },
      });
    gauge('projection_behind_events', 'Positions of the log that the live read model is still to take', ({ behind }) => behind);
    gauge('projection_waiting_seconds', 'How long the first event that is not in the live read model has waited', ({ waitingSince }) =>
      waitingSince ? Math.max(0, Date.now() - waitingSince.getTime()) / 1_000 : 0,
    );
    gauge('projection_parked', 'Events the live read model could not take', ({ parked }) => parked);
  }

  projected({ name: projection, live }: Generation, events: readonly StoredEvent[]): void {
    this.events.inc({ projection }, events.length);
    if (!live) return;
    const now = Date.now();
    for (const { recordedAt } of events) this.lag.observe({ projection }, Math.max(0, now - recordedAt.getTime()) / 1_000);
  }
}
