import type { SagaObserver } from '@comptoir/saga';
import { Counter, Histogram } from 'prom-client';
import type { Registry } from 'prom-client';

/** Counted from the start of the process; `register` shows them on a service's metrics page. */
const started = new Counter({ name: 'saga_started_total', help: 'Sagas started', labelNames: ['saga'], registers: [] });
const parked = new Counter({
  name: 'saga_parked_total',
  help: 'Sagas that needed a person, by step',
  labelNames: ['saga', 'step'],
  registers: [],
});
const fired = new Counter({
  name: 'saga_fired_total',
  help: 'Deadlines and timers that fired',
  labelNames: ['saga', 'kind'],
  registers: [],
});
const unmatched = new Counter({
  name: 'saga_unmatched_total',
  help: 'Messages for a conversation without a saga, by type',
  labelNames: ['saga', 'message'],
  registers: [],
});
const seconds = new Histogram({
  name: 'saga_seconds',
  help: 'From the start of a saga to its end, by how it ended',
  labelNames: ['saga', 'status'],
  buckets: [0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 5, 30, 120, 600],
  registers: [],
});

const observer: SagaObserver = {
  started: (saga, count) => started.inc({ saga }, count),
  ended: (saga, status, duration) => seconds.observe({ saga, status }, duration),
  parked: (saga, step = 'none') => parked.inc({ saga, step }),
  fired: (saga, kind, count) => fired.inc({ saga, kind }, count),
  unmatched: (saga, message) => unmatched.inc({ saga, message }),
};

export const sagaMetrics = {
  observer,
  register(registry: Registry): void {
    for (const metric of [started, parked, fired, unmatched, seconds]) registry.registerMetric(metric);
  },
};
