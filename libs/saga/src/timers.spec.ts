import type { Outgoing } from '@comptoir/contracts';
import { virtualClock } from '@comptoir/messaging';
import { inMemoryUnitOfWork } from '@comptoir/messaging/testing';
import { v7 as uuidv7 } from 'uuid';
import { sagaHandler } from './handler';
import { inMemorySagaStore, Simulation } from './testing';
import { CancelFlight, TripRequested, tripSaga } from './testing/trip';
import { SagaTimers } from './timers';
import type { SagaTimersOptions } from './timers';

type Tx = Parameters<Parameters<ReturnType<typeof inMemoryUnitOfWork>['run']>[0]>[0];

function setUp(over: Partial<SagaTimersOptions<Tx>> = {}) {
  const clock = virtualClock();
  const store = inMemorySagaStore({ clock });
  const unitOfWork = inMemoryUnitOfWork({ clock });
  const sent: Outgoing[] = [];
  const logged: string[] = [];
  const log = (text: string) => void logged.push(text);
  const timers = new SagaTimers<Tx>({
    definitions: tripSaga(),
    store,
    clock,
    horizon: async () => new Date(clock.now()),
    logger: { debug: log, info: log, warn: log, error: log },
    async transaction(work) {
      const { result, messages } = await unitOfWork.run(work);
      sent.push(...messages);
      return result;
    },
    ...over,
  });
  const start = async (count = 1) => {
    const handler = sagaHandler(tripSaga(), store);
    const requests = Array.from({ length: count }, () => {
      const tripId = uuidv7();
      return { ...new Simulation(tripSaga(), tripId).messageOf(TripRequested({ tripId, to: 'LIS' })), id: uuidv7() };
    });
    await unitOfWork.run((tx) => handler.batch(requests, tx, []));
  };
  return { clock, store, unitOfWork, sent, logged, timers, start };
}

const settled = () => new Promise<void>((resolve) => setImmediate(resolve));

describe('the timers of a saga', () => {
  it('fire each deadline once, when it has passed', async () => {
    const { clock, sent, timers, start } = setUp();
    await start();
    timers.start();
    await clock.advance(29_000);
    expect(sent).toEqual([]);
    await clock.advance(1_100);
    expect(sent.map(({ type }) => type)).toEqual([CancelFlight]);
    await clock.advance(10_000);
    expect(sent).toHaveLength(1);
    const stopping = timers.stop();
    await clock.advance(0);
    await stopping;
  });

  it('fire soon after the deadline, not at the next look', async () => {
    const { clock, sent, timers, start } = setUp({ pollMs: 20_000 });
    timers.start();
    await clock.advance(1_000);
    await start();
    await clock.advance(30_100);
    expect(sent).toHaveLength(1);
    await timers.stop();
  });

  it('hold back while the answer may still wait in the queue', async () => {
    let horizon = new Date(0);
    const { clock, sent, timers, start } = setUp({ horizon: async () => horizon });
    await start();
    timers.start();
    await clock.advance(120_000);
    expect(sent).toEqual([]);
    horizon = new Date(clock.now());
    await clock.advance(1_000);
    expect(sent).toHaveLength(1);
    await timers.stop();
  });

  it('take what is due in batches, until nothing is', async () => {
    const { clock, sent, timers, start } = setUp({ limit: 2 });
    await start(5);
    await clock.advance(31_000);
    expect((await timers.fire()).fired).toBe(2);
    timers.start();
    await clock.advance(10);
    expect(sent).toHaveLength(5);
    await timers.stop();
  });

  it('try on when they fail, and say so once', async () => {
    let away = true;
    const { clock, sent, logged, timers, start } = setUp({
      async horizon() {
        if (away) throw new Error('the broker is away');
        return new Date(8.64e15);
      },
    });
    await start();
    timers.start();
    await clock.advance(40_000);
    expect(logged).toEqual([expect.stringContaining('cannot be looked after')]);
    away = false;
    await clock.advance(1_000);
    expect(sent).toHaveLength(1);
    expect(logged[1]).toContain('again');
    await timers.stop();
  });

  it('finish what they are at when they are stopped, and fire no more', async () => {
    let commit: () => void = () => undefined;
    const committing = new Promise<void>((resolve) => (commit = resolve));
    const { clock, unitOfWork, sent, timers, start } = setUp({
      limit: 1,
      async transaction(work) {
        const { result, messages } = await unitOfWork.run(work);
        if (messages.length > 0) await committing;
        sent.push(...messages);
        return result;
      },
    });
    await start(3);
    await clock.advance(31_000);
    timers.start();
    await clock.advance(1);
    let stopped = false;
    const stopping = timers.stop().then(() => (stopped = true));
    await settled();
    expect(stopped).toBe(false);
    commit();
    await stopping;
    expect(sent).toHaveLength(1);
  });

  it('fire even where making room for history fails', async () => {
    const { clock, store, sent, logged, timers, start } = setUp();
    store.maintain = () => Promise.reject(new Error('locked'));
    await start();
    timers.start();
    await clock.advance(31_000);
    expect(sent).toHaveLength(1);
    expect(logged).toEqual(['Tombstones and history could not be maintained']);
    await timers.stop();
  });

  it('leave sagas alone whose definition this process does not know', async () => {
    const { clock, sent, timers, start } = setUp({ definitions: tripSaga(2) });
    await start();
    timers.start();
    await clock.advance(60_000);
    expect(sent).toEqual([]);
    await timers.stop();
  });
});
