import { virtualClock, type Clock } from './clock';
import { Endpoint } from './endpoint';
import { RetryNow } from './errors';
import { handleRequests } from './handler';
import { InMemoryBroker } from './in-memory/broker';
import { inMemoryUnitOfWork, type InMemoryTransaction } from './in-memory/unit-of-work';
import { Pause } from './pause';
import { service, type ServiceDefinition } from './service';
import { topologyOf } from './topology';

it('lasts until its timer rings, and then tells', async () => {
  const clock = virtualClock(0);
  const ends: number[] = [];
  const pause = new Pause({ clock, onEnd: () => ends.push(clock.now()) });
  expect(pause.lasts).toBe(false);
  pause.start(10);
  await clock.advance(9);
  expect([pause.lasts, ends]).toEqual([true, []]);
  await clock.advance(1);
  expect([pause.lasts, ends]).toEqual([false, [10]]);
});

it('that is started again lasts as long as the later one, and ends once', async () => {
  const clock = virtualClock(0);
  const ends: number[] = [];
  const pause = new Pause({ clock, onEnd: () => ends.push(clock.now()) });
  pause.start(10);
  await clock.advance(5);
  pause.start(20);
  await clock.advance(100);
  expect([pause.lasts, ends]).toEqual([false, [25]]);
});

it('a request that is tried again is served even where the clock reads a moment less than its timer waited', async () => {
  /** As Node's timers do now and then: they ring, and Date.now() has not got there. */
  const early: Clock = {
    now: () => 1_000,
    setTimeout(callback, ms) {
      const timer = setTimeout(callback, ms);
      return { cancel: () => clearTimeout(timer) };
    },
  };
  let tries = 0;
  const write = handleRequests<string, string, never, InMemoryTransaction>('write', {
    emits: [],
    async batch(inputs) {
      tries += 1;
      if (tries === 1) throw new RetryNow('somebody else was first');
      return inputs.map((reply) => ({ reply }));
    },
  });
  const definition = service<InMemoryTransaction>({ name: 'desk', requests: [write] });
  const broker = new InMemoryBroker(topologyOf([definition] as unknown as ServiceDefinition[]));
  const endpoint = new Endpoint({
    service: definition,
    transport: broker.connect('desk', { timeoutMs: 1_000 }),
    unitOfWork: inMemoryUnitOfWork(),
    logger: { debug() {}, info() {}, warn() {}, error() {} },
    clock: early,
  });
  expect(await endpoint.request(write, 'done')).toBe('done');
  expect(tries).toBe(2);
});
