import type { Violation } from '../invariants';
import { table } from '../table';
import type { ClientResult } from './client';
import { growth, labelValues, type Samples } from './metrics';
import type { BenchPlan } from './plan';
import { ORDER_SERVICES, type OrderService } from '../services/names';

export const CPU_GROUPS = [...ORDER_SERVICES, 'client', 'postgres', 'broker'] as const;
export type CpuGroup = (typeof CPU_GROUPS)[number];
export type Cpu = Readonly<Record<CpuGroup, number | undefined>>;

/** What the services and the servers have used and counted up to a moment. */
export interface Snapshot {
  readonly cpu: Cpu;
  readonly metrics: ReadonlyMap<OrderService, Samples>;
}

export interface Measured {
  readonly plan: BenchPlan;
  readonly client: ClientResult;
  readonly before: Snapshot;
  /** When the last order had ended. */
  readonly after: Snapshot;
  /** When nothing was in flight any more. */
  readonly settled: ReadonlyMap<OrderService, Samples>;
  readonly violations: readonly Violation[];
}

const rounded = (value: number, digits = 1) => Number(value.toFixed(digits));

/** The line for machines. The first seven keys are what others compare. */
export function resultOf({ plan, client, before, after, settled, violations }: Measured) {
  const { sagas } = plan;
  const perSaga = (group: CpuGroup) => {
    const [from, to] = [before.cpu[group], after.cpu[group]];
    return from === undefined || to === undefined ? null : rounded((to - from) / sagas, 2);
  };
  const cpu = Object.fromEntries(CPU_GROUPS.map((group) => [group, perSaga(group)])) as Record<CpuGroup, number | null>;
  const ended = client.completed + client.compensated;
  return {
    sagasPerSecond: rounded(ended / client.seconds),
    p50Ms: rounded(client.latencies.p50),
    p95Ms: rounded(client.latencies.p95),
    p99Ms: rounded(client.latencies.p99),
    completed: client.completed,
    compensated: client.compensated,
    invariants: violations.length === 0 ? 'ok' : 'violated',
    maxMs: rounded(client.latencies.max),
    failed: client.failed,
    postponed: client.postponed,
    messagesPerSaga: rounded(total(before.metrics, settled, 'messaging_published_total', 'outcome="confirmed"') / sagas, 2),
    averageBatch: rounded(average(before.metrics, after.metrics)),
    cpuMsPerSaga: {
      node: sum([...ORDER_SERVICES, 'client' as const].map((group) => cpu[group])),
      postgres: cpu.postgres,
      broker: cpu.broker,
      all: sum(CPU_GROUPS.map((group) => cpu[group])),
    },
    cpuMsPerSagaOfNode: Object.fromEntries([...ORDER_SERVICES, 'client' as const].map((group) => [group, cpu[group]])),
  };
}

export type BenchResult = ReturnType<typeof resultOf>;

/** `null` where a part is not known: a sum without it would pass for the whole. */
const sum = (parts: readonly (number | null)[]) =>
  parts.includes(null) ? null : rounded(parts.reduce<number>((all, part) => all + (part ?? 0), 0), 2);

function total(before: Snapshot['metrics'], after: Snapshot['metrics'], name: string, label = ''): number {
  return [...after].reduce((all, [service, samples]) => all + growth(before.get(service) ?? new Map(), samples, name, label), 0);
}

const average = (before: Snapshot['metrics'], after: Snapshot['metrics'], label = '') =>
  total(before, after, 'messaging_batch_size_sum', label) / total(before, after, 'messaging_batch_size_count', label);

/** The same for people, with the batches of each kind of work. */
export function resultText(measured: Measured): string {
  const result = resultOf(measured);
  const { plan, client, before, after } = measured;
  const load = plan.rate === undefined ? `${plan.inFlight} in flight` : `${plan.rate} per second`;
  const ms = (value: number | null) => (value === null ? 'not known' : `${value.toFixed(2)} ms`);
  const { cpuMsPerSaga, cpuMsPerSagaOfNode } = result;
  const nodes = Object.entries(cpuMsPerSagaOfNode).map(([name, value]) => `${name} ${value ?? '?'}`).join(', ');
  return [
    `${plan.sagas} sagas, ${load}, after ${plan.warmUp} to warm up`,
    '',
    table([
      ['figure', 'value'],
      ['sagas ended per second', String(result.sagasPerSecond)],
      ['from POST to the end, ms', `p50 ${result.p50Ms}   p95 ${result.p95Ms}   p99 ${result.p99Ms}   max ${result.maxMs}`],
      ['completed / compensated', `${result.completed} / ${result.compensated}`],
      ['asked to come back later', String(result.postponed)],
      ['messages per saga', String(result.messagesPerSaga)],
      ['average batch', `${result.averageBatch} messages or requests`],
      ['CPU per saga', `${ms(cpuMsPerSaga.all)}: node ${ms(cpuMsPerSaga.node)}, postgres ${ms(cpuMsPerSaga.postgres)}, broker ${ms(cpuMsPerSaga.broker)}`],
      ['  of node', nodes],
      ['invariants', result.invariants],
    ]),
    '',
    table([['work', 'average batch', 'batches', 'ms per batch'], ...works(before.metrics, after.metrics)]),
    ...(client.failed > 0 ? ['', `${client.failed} orders did not end as they should:`, ...client.failures.map((each) => `  ${each}`)] : []),
  ].join('\n');
}

function works(before: Snapshot['metrics'], after: Snapshot['metrics']): string[][] {
  return [...after].flatMap(([service, samples]) =>
    labelValues(samples, 'messaging_batch_size_count', 'work').flatMap((work) => {
      const label = `work="${work}"`;
      const [from, to] = [new Map([[service, before.get(service) ?? new Map()]]), new Map([[service, samples]])];
      const batches = total(from, to, 'messaging_batch_size_count', label);
      if (batches === 0) return [];
      const seconds = total(from, to, 'messaging_batch_seconds_sum', label);
      return [[work, average(from, to, label).toFixed(1), String(batches), ((seconds * 1_000) / batches).toFixed(1)]];
    }),
  );
}
