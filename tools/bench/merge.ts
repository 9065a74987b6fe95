import type { OrderService } from '../services/names';
import { latenciesOf } from './latency';
import type { Samples } from './metrics';
import { CPU_GROUPS, type Cpu, type CpuGroup, type Measured } from './result';

/**
 * Several measurements as one, as if they had been taken in one go: what was used and counted between them is left out.
 * At least one. What does not hold is told of the last one, which was checked over everything.
 */
export function merged(parts: readonly Measured[]): Measured {
  const last = parts.at(-1);
  if (!last) throw new RangeError('Nothing was measured');
  const sum = (pick: (part: Measured) => number) => parts.reduce((all, part) => all + pick(part), 0);
  const samples = parts.flatMap(({ client }) => client.samples);
  return {
    plan: { ...last.plan, sagas: samples.length },
    client: {
      seconds: sum(({ client }) => client.seconds),
      latencies: latenciesOf(Float64Array.from(samples)),
      samples,
      completed: sum(({ client }) => client.completed),
      compensated: sum(({ client }) => client.compensated),
      postponed: sum(({ client }) => client.postponed),
      failed: sum(({ client }) => client.failed),
      failures: parts.flatMap(({ client }) => client.failures),
    },
    before: { cpu: cpuOf(parts, () => 0), metrics: new Map() },
    after: {
      cpu: cpuOf(parts, ({ before, after }, group) => grown(before.cpu[group], after.cpu[group])),
      metrics: metricsOf(parts, ({ after }) => after.metrics),
    },
    settled: metricsOf(parts, ({ settled }) => settled),
    violations: last.violations,
  };
}

const grown = (from: number | undefined, to: number | undefined) => (from === undefined || to === undefined ? undefined : to - from);

/** Not known in one part, not known at all. */
function cpuOf(parts: readonly Measured[], pick: (part: Measured, group: CpuGroup) => number | undefined): Cpu {
  const entries = CPU_GROUPS.map((group) => {
    const values = parts.map((part) => pick(part, group));
    return [group, values.includes(undefined) ? undefined : values.reduce<number>((all, value) => all + (value ?? 0), 0)];
  });
  return Object.fromEntries(entries) as Cpu;
}

type Metrics = ReadonlyMap<OrderService, Samples>;

function metricsOf(parts: readonly Measured[], upTo: (part: Measured) => Metrics): Metrics {
  const all = new Map<OrderService, Map<string, number>>();
  for (const part of parts)
    for (const [service, samples] of upTo(part)) {
      const sums = all.get(service) ?? new Map<string, number>();
      const before = part.before.metrics.get(service);
      for (const [key, value] of samples) sums.set(key, (sums.get(key) ?? 0) + value - (before?.get(key) ?? 0));
      all.set(service, sums);
    }
  return all;
}
