import { virtualClock } from '@comptoir/messaging';
import { inMemoryUnitOfWork } from '@comptoir/messaging/testing';
import { v7 as uuidv7 } from 'uuid';
import type { Decision } from './decision';
import { NOTHING } from './decision';
import type { SagaDefinition } from './definition';
import { sagaHandler } from './handler';
import { isEnded } from './instance';
import { inMemorySagaStore, scenario, sends, Simulation, withStatus } from './testing';
import { BookFlight, FlightBooked, FlightRefused, TripRequested } from './testing/trip';
import { SagaTimers } from './timers';

/** Asks for a flight, and asks again every hour until there is one or a day has gone: no list of steps. */
type Event =
  | { readonly type: 'wanted'; readonly to: string }
  | { readonly type: 'asked' }
  | { readonly type: 'found'; readonly seat: string }
  | { readonly type: 'given-up' };
interface Data {
  readonly to: string;
  readonly seat?: string;
}

const HOUR = 3_600_000;
const standBy: SagaDefinition<Data, number, Event> = {
  type: 'stand-by',
  version: 1,
  starts: [TripRequested],
  receives: [TripRequested, FlightBooked, FlightRefused],
  emits: [BookFlight],
  labels: ['WAITING', 'SEATED', 'LEFT'],
  positions: ['wait'],
  decide(instance, input, { now, newId }): Decision<Event> {
    const ask = (tripId: string, to: string): Decision<Event>['effects'] => [
      { kind: 'send', message: BookFlight({ tripId, to }, { id: newId(), correlationId: tripId, flow: 'stand-by' }) },
      { kind: 'set-timer', name: 'ask-again', due: new Date(now.getTime() + HOUR) },
    ];
    if (!instance) {
      if (input.kind !== 'message' || input.message.type !== TripRequested) return NOTHING;
      const { tripId, to } = input.message.body as { tripId: string; to: string };
      const leave = { kind: 'set-timer', name: 'leave', due: new Date(now.getTime() + 3.5 * HOUR) } as const;
      return { events: [{ type: 'wanted', to }, { type: 'asked' }], effects: [...ask(tripId, to), leave] };
    }
    if (isEnded(instance)) return NOTHING;
    if (input.kind === 'timer' && input.name === 'leave') return { events: [{ type: 'given-up' }], effects: [] };
    if (input.kind === 'timer')
      return { events: [{ type: 'asked' }], effects: ask(instance.conversation, instance.data.to) };
    if (input.kind !== 'message' || input.message.type !== FlightBooked) return NOTHING;
    const { seat } = input.message.body as { seat: string };
    return { events: [{ type: 'found', seat }], effects: [{ kind: 'cancel-timer', name: 'ask-again' }] };
  },
  evolve(state, event) {
    const before = state ?? {
      status: 'running',
      step: 'wait',
      label: 'WAITING',
      data: { to: '' },
      progress: 0,
      deadline: undefined,
    };
    switch (event.type) {
      case 'wanted':
        return { ...before, data: { to: event.to } };
      case 'asked':
        return { ...before, progress: before.progress + 1 };
      case 'found':
        return {
          ...before,
          status: 'completed',
          step: undefined,
          label: 'SEATED',
          data: { ...before.data, seat: event.seat },
        };
      case 'given-up':
        return { ...before, status: 'cancelled', step: undefined, label: 'LEFT' };
    }
  },
  remaining: () => [{ role: 'step', step: 'wait', command: BookFlight.name }],
};

const tripId = '01890000-0000-7000-8000-00000000c0de';
const wanted = TripRequested({ tripId, to: 'LIS' });
const ask = BookFlight({ tripId, to: 'LIS' });

describe('a saga written by hand', () => {
  it('is told about in the same way', () => {
    scenario(standBy)
      .when(wanted)
      .then(sends(ask), withStatus('running'))
      .after('2h')
      .then(sends(ask, ask))
      .when(FlightBooked({ tripId, seat: '7A' }))
      .then(withStatus('completed'));
    scenario(standBy)
      .given(wanted)
      .after('4h')
      .then(sends(ask, ask, ask), withStatus('cancelled'));
  });

  it('runs in the same runtime, with timers of its own', async () => {
    const clock = virtualClock();
    const store = inMemorySagaStore({ clock });
    const unitOfWork = inMemoryUnitOfWork({ clock });
    const sent: string[] = [];
    const timers = new SagaTimers<Parameters<Parameters<typeof unitOfWork.run>[0]>[0]>({
      definitions: standBy,
      pollMs: 600_000,
      store,
      clock,
      horizon: async () => new Date(clock.now()),
      logger: { debug() {}, info() {}, warn() {}, error() {} },
      async transaction(work) {
        const { result, messages } = await unitOfWork.run(work);
        sent.push(...messages.map(({ type }) => type.name));
        return result;
      },
    });
    const message = { ...new Simulation(standBy, tripId).messageOf(wanted), id: uuidv7() };
    await unitOfWork.run((tx) => sagaHandler(standBy, store).batch([message], tx, []));
    timers.start();
    await clock.advance(3.4 * HOUR);
    expect(sent).toEqual([BookFlight.name, BookFlight.name, BookFlight.name]);
    await clock.advance(0.2 * HOUR);
    expect(await unitOfWork.rows('saga.instance')).toMatchObject([{ status: 'cancelled', progress: 4 }]);
    expect(await unitOfWork.rows('saga.timer')).toEqual([]);
    await timers.stop();
    const history = await unitOfWork.run((tx) => store.history(tx, 'stand-by', tripId));
    expect(history.map(({ input }) => input)).toEqual([
      TripRequested.name,
      'timer ask-again',
      'timer ask-again',
      'timer ask-again',
      'timer leave',
    ]);
  });
});
