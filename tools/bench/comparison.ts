import type { Coordination } from '@comptoir/contracts/orders';
import { table } from '../table';
import { merged } from './merge';
import { resultOf, type BenchResult, type Measured } from './result';

/** Both styles on one system, each merged from its blocks. */
export type Both = Readonly<Record<Coordination, Measured>>;

/** Per style. A block without its style is a mistake of the plan. */
export const bothOf = (blocks: readonly { readonly coordination: Coordination; readonly measured: Measured }[]): Both => {
  const of = (style: Coordination) => merged(blocks.filter(({ coordination }) => coordination === style).map(({ measured }) => measured));
  return { orchestration: of('orchestration'), choreography: of('choreography') };
};

type Figure = readonly [name: string, value: (result: BenchResult) => number | null];

const FIGURES: readonly Figure[] = [
  ['sagasPerSecond', ({ sagasPerSecond }) => sagasPerSecond],
  ['p50Ms', ({ p50Ms }) => p50Ms],
  ['p95Ms', ({ p95Ms }) => p95Ms],
  ['p99Ms', ({ p99Ms }) => p99Ms],
  ['messagesPerSaga', ({ messagesPerSaga }) => messagesPerSaga],
  ['cpuMsPerSaga', ({ cpuMsPerSaga }) => cpuMsPerSaga.all],
];

/** The line for machines: both results, and choreography as a multiple of orchestration. */
export function comparisonOf(both: Both) {
  const [orchestration, choreography] = [resultOf(both.orchestration), resultOf(both.choreography)];
  const ratios = FIGURES.map(([name, value]) => [name, ratio(value(choreography), value(orchestration))]);
  return { orchestration, choreography, choreographyToOrchestration: Object.fromEntries(ratios) as Record<string, number | null> };
}

const ratio = (one: number | null, other: number | null) => (one === null || other === null || other === 0 ? null : Number((one / other).toFixed(2)));

/** The same for people. */
export function comparisonText(both: Both): string {
  const { orchestration, choreography, choreographyToOrchestration: times } = comparisonOf(both);
  const { plan } = both.orchestration;
  const load = plan.rate === undefined ? `${plan.inFlight} in flight` : `${plan.rate} per second`;
  const row = (figure: string, of: (result: BenchResult) => number | string | null, factor = '') => [
    figure,
    ...[orchestration, choreography].map((result) => String(of(result) ?? 'not known')),
    factor,
  ];
  const compared = (name: string) => (times[name] === null ? '' : `x ${times[name]}`);
  const failures = [...both.orchestration.client.failures, ...both.choreography.client.failures];
  return [
    `${plan.sagas} sagas in each style, in turn, ${load}, after ${plan.warmUp} to warm up`,
    '',
    table([
      ['figure', 'orchestration', 'choreography', ''],
      row('sagas ended per second', ({ sagasPerSecond }) => sagasPerSecond, compared('sagasPerSecond')),
      row('from POST to the end, p50 ms', ({ p50Ms }) => p50Ms, compared('p50Ms')),
      row('  p95 ms', ({ p95Ms }) => p95Ms, compared('p95Ms')),
      row('  p99 ms', ({ p99Ms }) => p99Ms, compared('p99Ms')),
      row('completed / compensated', ({ completed, compensated }) => `${completed} / ${compensated}`),
      row('messages per saga', ({ messagesPerSaga }) => messagesPerSaga, compared('messagesPerSaga')),
      row('average batch', ({ averageBatch }) => averageBatch),
      row('CPU per saga, ms', ({ cpuMsPerSaga }) => cpuMsPerSaga.all, compared('cpuMsPerSaga')),
      row('  node', ({ cpuMsPerSaga }) => cpuMsPerSaga.node),
      row('  postgres', ({ cpuMsPerSaga }) => cpuMsPerSaga.postgres),
      row('  broker', ({ cpuMsPerSaga }) => cpuMsPerSaga.broker),
      row('  orchestrator', ({ cpuMsPerSagaOfNode }) => cpuMsPerSagaOfNode['orchestrator'] ?? null),
      row('invariants', ({ invariants }) => invariants),
    ]),
    ...(failures.length > 0 ? ['', 'Orders that did not end as they should:', ...failures.map((each) => `  ${each}`)] : []),
  ].join('\n');
}
