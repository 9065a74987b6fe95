import { bothOf, comparisonOf, comparisonText } from './comparison';
import { CPU_GROUPS, type Cpu, type Measured } from './result';
import type { OrderService } from '../services/names';

const cpu = (ms: number): Cpu => Object.fromEntries(CPU_GROUPS.map((group) => [group, ms])) as Cpu;
const published = 'messaging_published_total{outcome="confirmed"}';
const metrics = (count: number) => new Map<OrderService, Map<string, number>>([['orders', new Map([[published, count]])]]);

/** Two orders that took so many milliseconds of latency, of CPU in each group, and so many messages. */
const measured = (from: number, each: { ms: number; messages: number; cpu: number }): Measured => ({
  plan: { sagas: 8, warmUp: 4, inFlight: 2, rate: undefined, coordination: 'both' },
  client: {
    seconds: 1, latencies: { p50: 0, p95: 0, p99: 0, max: 0 }, samples: [each.ms, each.ms * 3],
    completed: 2, compensated: 0, postponed: 0, failed: 0, failures: [],
  },
  before: { cpu: cpu(from), metrics: metrics(from) },
  after: { cpu: cpu(from + each.cpu * 2), metrics: metrics(from + each.messages) },
  settled: metrics(from + each.messages * 2),
  violations: [],
});
const slow = { ms: 10, messages: 10, cpu: 4 };
const quick = { ms: 5, messages: 6, cpu: 2 };
const both = bothOf([
  { coordination: 'orchestration', measured: measured(0, slow) },
  { coordination: 'choreography', measured: measured(100, quick) },
  { coordination: 'choreography', measured: measured(700, quick) },
  { coordination: 'orchestration', measured: measured(900, slow) },
]);

it('adds up what each style used, without what came in between', () => {
  const { orchestration, choreography, choreographyToOrchestration } = comparisonOf(both);
  expect(orchestration).toMatchObject({ sagasPerSecond: 2, p50Ms: 10, p95Ms: 30, completed: 4, messagesPerSaga: 10 });
  expect(choreography).toMatchObject({ sagasPerSecond: 2, p50Ms: 5, p95Ms: 15, completed: 4, messagesPerSaga: 6 });
  expect(orchestration.cpuMsPerSagaOfNode).toMatchObject({ orders: 4, client: 4 });
  expect(choreographyToOrchestration).toMatchObject({ sagasPerSecond: 1, p50Ms: 0.5, messagesPerSaga: 0.6, cpuMsPerSaga: 0.5 });
});

it('is a table of both, with choreography as a multiple of orchestration', () => {
  const text = comparisonText(both);
  expect(text).toContain('4 sagas in each style, in turn, 2 in flight, after 4 to warm up');
  expect(text).toMatch(/messages per saga +10 +6 +x 0\.6/);
});

it('does not make up CPU that cannot be seen', () => {
  const part = measured(0, slow);
  const blind = { ...part, before: { ...part.before, cpu: { ...part.before.cpu, broker: undefined } } };
  const { orchestration, choreographyToOrchestration } = comparisonOf({ orchestration: bothOf([{ coordination: 'orchestration', measured: blind }, { coordination: 'choreography', measured: part }]).orchestration, choreography: both.choreography });
  expect(orchestration.cpuMsPerSaga.broker).toBeNull();
  expect(choreographyToOrchestration['cpuMsPerSaga']).toBeNull();
});
