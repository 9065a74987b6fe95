import type { EndpointObserver } from '@comptoir/messaging';
import { collectDefaultMetrics, Counter, Histogram, Registry } from 'prom-client';

/** What the process counts, for Prometheus. One registry per service: several may live in one test process. */
export class Metrics {
  readonly registry = new Registry();
  private readonly http: Histogram<'method' | 'route' | 'status'>;

  constructor(service: string) {
    this.registry.setDefaultLabels({ service });
    // The event loop's lag is sampled by a timer: at its default of 10 ms it wakes an idle process a hundred times a second.
    collectDefaultMetrics({ register: this.registry, eventLoopMonitoringPrecision: 50 });
    this.http = new Histogram({
      name: 'http_request_seconds',
      help: 'From a request to the end of its response, by route',
      labelNames: ['method', 'route', 'status'],
      buckets: [0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10],
      registers: [this.registry],
    });
  }

  request(method: string, route: string, status: number, seconds: number): void {
    this.http.observe({ method, route, status }, seconds);
  }
}

/** A dead letter's reason may be any error's text; only stable codes become label values. */
const CODE = /^[a-z0-9][a-z0-9-]{0,63}$/;

/** Turns what the messaging runtime reports into metrics. */
export function metricsObserver({ registry }: Metrics): Required<EndpointObserver> {
  const registers = [registry];
  const size = new Histogram({
    name: 'messaging_batch_size',
    help: 'Messages or requests handled in one transaction',
    labelNames: ['work'],
    buckets: [1, 2, 5, 10, 20, 50, 100, 200],
    registers,
  });
  const duration = new Histogram({
    name: 'messaging_batch_seconds',
    help: 'From taking a batch to its commit',
    labelNames: ['work'],
    buckets: [0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.25, 1, 5],
    registers,
  });
  const counter = <L extends string>(name: string, help: string, labelNames: readonly L[]) =>
    new Counter<L>({ name, help, labelNames: [...labelNames], registers });
  const published = counter('messaging_published_total', 'Messages published, by what the broker said', ['outcome']);
  const duplicates = counter('messaging_duplicates_total', 'Messages the inbox had seen before', ['work']);
  const retried = counter('messaging_retries_total', 'Messages sent to a retry tier', ['work', 'tier']);
  const replays = counter('messaging_replays_refused_total', 'Replayed messages that a handler does not take', ['work', 'reason']);
  const dead = counter('messaging_dead_letters_total', 'Messages given up on', ['work', 'reason']);
  return {
    batch(work, count, seconds) {
      size.observe({ work }, count);
      duration.observe({ work }, seconds);
    },
    published: (outcome, count) => published.inc({ outcome }, count),
    duplicate: (work, count) => duplicates.inc({ work }, count),
    retried: (work, tier) => retried.inc({ work, tier }),
    replayRefused: (work, reason) => replays.inc({ work, reason }),
    deadLettered: (work, reason) => dead.inc({ work, reason: CODE.test(reason) ? reason : 'other' }),
  };
}
