import { Counter, Gauge } from 'prom-client';
import type { Registry } from 'prom-client';
import type { Placed } from './placing';

/** Counted from the start of the process; `register` shows them on the service's metrics page. */
const ingested = new Counter({
  name: 'event_log_ingested_total',
  help: 'Events off the wire, by what became of them',
  labelNames: ['outcome'],
  registers: [],
});
const replayed = new Counter({ name: 'event_log_replayed_total', help: 'Events sent again by replays', labelNames: ['queue'], registers: [] });
const gauge = (name: string, help: string) => new Gauge({ name, help, registers: [] });
const head = gauge('event_log_head_position', 'The last position in the log');
const lag = gauge('event_log_lag_seconds', 'How long ago the latest event was sent before which all have been handled; 0: none waits');
const held = gauge('event_log_held', 'Events that wait for their predecessor');
const overdue = gauge('event_log_overdue_gaps', 'Streams with a version that has been missing for too long');
const quarantined = gauge('event_log_quarantined', 'Events that have no place in the log, and nobody has dismissed');

export const logMetrics = {
  placed({ appends, hold, quarantine, duplicates }: Placed): void {
    ingested.inc({ outcome: 'held' }, hold.length);
    ingested.inc({ outcome: 'quarantined' }, quarantine.length);
    ingested.inc({ outcome: 'duplicate' }, duplicates);
    ingested.inc({ outcome: 'appended' }, appends.reduce((sum, { events }) => sum + events.length, 0));
  },
  replayed: (queue: string, count: number) => replayed.inc({ queue }, count),
  watched(of: { head: number; lagSeconds: number | undefined; held: number; overdue: number; quarantined: number }): void {
    head.set(of.head);
    if (of.lagSeconds !== undefined) lag.set(of.lagSeconds);
    held.set(of.held);
    overdue.set(of.overdue);
    quarantined.set(of.quarantined);
  },
  register(registry: Registry): void {
    for (const counter of [ingested, replayed] as Counter[]) registry.registerMetric(counter);
    for (const each of [head, lag, held, overdue, quarantined]) registry.registerMetric(each);
  },
};
