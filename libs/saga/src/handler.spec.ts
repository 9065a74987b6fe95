import type { Outgoing } from '@comptoir/contracts';
import type { Message } from '@comptoir/messaging';
import { virtualClock } from '@comptoir/messaging';
import { inMemoryUnitOfWork } from '@comptoir/messaging/testing';
import { v7 as uuidv7 } from 'uuid';
import { sagaActions } from './actions';
import { UnregisteredDefinition } from './errors';
import { sagaHandler } from './handler';
import type { SagaObserver } from './observer';
import { unregisteredVersions } from './readiness';
import { inMemorySagaStore, Simulation } from './testing';
import {
  BookFlight,
  BookHotel,
  CancelFlight,
  FlightBooked,
  FlightRefused,
  HotelBooked,
  TripCalledOff,
  TripRequested,
  tripSaga,
} from './testing/trip';

const clock = virtualClock();
const store = inMemorySagaStore({ clock });
const seen: string[] = [];
const observer: SagaObserver = {
  started: (_, count) => seen.push(`started ${count}`),
  ended: (_, status, seconds) => seen.push(`ended ${status} after ${seconds} s`),
  parked: (_, step) => seen.push(`parked at ${step}`),
  unmatched: (_, message) => seen.push(`unmatched ${message}`),
};
const handler = sagaHandler(tripSaga(), store, { observer });
let unitOfWork = inMemoryUnitOfWork();
beforeEach(() => {
  unitOfWork = inMemoryUnitOfWork();
  seen.length = 0;
});

const message = (outgoing: Outgoing, trip: string, causationId?: string): Message => ({
  ...new Simulation(tripSaga(), trip).messageOf(outgoing, causationId),
  id: uuidv7(),
});
const request = (tripId: string) => message(TripRequested({ tripId, to: 'LIS' }), tripId);
const booked = (tripId: string, causationId: string | undefined) =>
  message(FlightBooked({ tripId, seat: '7A' }), tripId, causationId);
const handle = async (...messages: Message[]) => {
  const outcomes = await unitOfWork.run((tx) => handler.batch(messages, tx, []));
  return (outcomes ?? []) as readonly (readonly Outgoing[])[];
};
/** Handles one message that sends one command. */
const handleOne = async (given: Message) => {
  const [[sent]] = (await handle(given)) as readonly [readonly [Outgoing]];
  return { ...sent, id: sent.options?.id };
};
const read = async (tripId: string) =>
  (await unitOfWork.run((tx) => store.load(tx, 'trip', [tripId]))).instances.get(tripId);
const history = (tripId: string) => unitOfWork.run((tx) => store.history(tx, 'trip', tripId));
const giveUp = (given: Message, reason: string) => unitOfWork.run(async (tx) => handler.giveUp?.(given, reason, tx));

describe('a saga as a message handler', () => {
  it('has one queue, for its own flow, and declares what it hears and says', () => {
    expect(handler).toMatchObject({ name: 'trip', flows: ['trip'] });
    expect(handler.messages).toContain(TripRequested);
    expect(handler.emits).toContain(BookFlight);
  });

  it('sends in the conversation and flow of the saga, caused by the message, under the id it knows', async () => {
    const [tripId, start] = [uuidv7(), uuidv7()];
    const sent = await handleOne({ ...request(tripId), id: start });
    expect(sent).toMatchObject({
      type: BookFlight,
      options: { correlationId: tripId, causationId: start, flow: 'trip' },
    });
    expect((await read(tripId))?.progress).toMatchObject({ awaiting: { ids: [sent.id] } });
  });

  it('handles the messages of many sagas in one batch, each saga`s in the order they came', async () => {
    const [a, b] = [uuidv7(), uuidv7()];
    const [toA, toB] = (await handle(request(a), request(b))).map(([sent]) => sent?.options?.id);
    const outcomes = await handle(booked(b, toB), booked(a, toA), booked(a, toA));
    expect(outcomes.map((sent) => sent.map(({ type }) => type))).toEqual([[BookHotel], [BookHotel], []]);
    expect((await read(a))?.version).toBe(3);
    expect((await history(a)).map(({ events }) => events.map(({ type }) => type))).toEqual([
      ['started', 'sent'],
      ['answered', 'sent'],
      ['ignored'],
    ]);
    expect(seen).toEqual(['started 2']);
  });

  it('tells in the history what came, what it sent and where it was then', async () => {
    const tripId = uuidv7();
    const sent = await handleOne(request(tripId));
    const answer = booked(tripId, sent.id);
    const next = await handleOne(answer);
    expect((await history(tripId))[1]).toMatchObject({
      version: 2,
      input: 'flights.flight-booked',
      causeId: answer.id,
      sent: [next.id],
      status: 'running',
      step: 'book-hotel',
      label: 'FLIGHT_BOOKED',
      events: [
        { type: 'answered', data: { tripId, to: 'LIS', seat: '7A' } },
        { type: 'sent', step: 'book-hotel' },
      ],
    });
  });

  it('acknowledges and counts a message without a saga', async () => {
    expect(await handle(booked(uuidv7(), uuidv7()))).toEqual([[]]);
    expect(seen).toEqual(['unmatched flights.flight-booked']);
    expect(await unitOfWork.rows('saga.instance')).toEqual([]);
  });

  it('keeps a tombstone that ignores what comes late, and tells so', async () => {
    const tripId = uuidv7();
    const sent = await handleOne(request(tripId));
    const abort = await handleOne(message(FlightRefused({ tripId, reason: 'full' }), tripId, sent.id));
    await handle(message(TripCalledOff({ tripId }), tripId, abort.id));
    expect(await handle(request(tripId))).toEqual([[]]);
    expect(await read(tripId)).toMatchObject({ status: 'compensated', version: 3 });
    expect((await history(tripId)).at(-1)).toMatchObject({
      version: 3,
      events: [{ type: 'ignored', why: 'saga-has-ended' }],
    });
    expect(seen).toEqual(['started 1', 'ended compensated after 0 s']);
  });

  it('parks the saga of a message that is given up, and goes on when it is replayed', async () => {
    const tripId = uuidv7();
    const sent = await handleOne(request(tripId));
    const answer = booked(tripId, sent.id);
    await giveUp(answer, 'TypeError: no seat');
    expect(await read(tripId)).toMatchObject({ status: 'parked', deadline: undefined });
    expect((await history(tripId)).at(-1)).toMatchObject({ input: 'gave-up', causeId: answer.id });
    expect(seen).toEqual(['started 1', 'parked at book-flight']);
    expect(await handle(answer)).toMatchObject([[{ type: BookHotel }]]);
    expect(await read(tripId)).toMatchObject({ status: 'running', step: 'book-hotel' });
  });

  it('lets a message without a saga go to the dead letters alone', async () => {
    await giveUp(booked(uuidv7(), uuidv7()), 'x');
    expect(await unitOfWork.rows('saga.instance')).toEqual([]);
  });
});

describe('several versions of a definition', () => {
  const both = sagaHandler([tripSaga(1), tripSaga(2)], store);

  it('start by the newest, and go on by the one they started with', async () => {
    const [old, young] = [uuidv7(), uuidv7()];
    const sent = await handleOne(request(old));
    await unitOfWork.run((tx) => both.batch([request(young), booked(old, sent.id)], tx, []));
    expect(await read(old)).toMatchObject({ definitionVersion: 1, step: 'book-hotel' });
    expect(await read(young)).toMatchObject({ definitionVersion: 2 });
  });

  it('are missed when live sagas need them: not ready, and their messages wait', async () => {
    const tripId = uuidv7();
    await unitOfWork.run((tx) => both.batch([request(tripId)], tx, []));
    const live = await unitOfWork.run((tx) => unregisteredVersions(tx, store, [tripSaga(1)]));
    expect(live).toEqual([{ type: 'trip', definitionVersion: 2, count: 1 }]);
    expect(await unitOfWork.run((tx) => unregisteredVersions(tx, store, [tripSaga(1), tripSaga(2)]))).toEqual([]);
    await expect(handle(booked(tripId, uuidv7()))).rejects.toBeInstanceOf(UnregisteredDefinition);
    await giveUp(booked(tripId, uuidv7()), 'x');
    expect(await read(tripId)).toMatchObject({ status: 'running' });
  });

  it('are refused when they are of two types, or one twice', () => {
    expect(() => sagaHandler([tripSaga(1), tripSaga(1)], store)).toThrow(/two definitions of one version/);
    expect(() => sagaHandler([tripSaga(1), { ...tripSaga(2), type: 'journey' }], store)).toThrow(/is not a version of/);
    expect(() => sagaHandler([], store)).toThrow(/at least one/);
  });
});

describe('people`s actions', () => {
  const actions = sagaActions(tripSaga(), store, { observer });
  const ask = async (...conversations: string[]) => {
    const requests = conversations.map(
      (conversation) => ({ conversation, action: { kind: 'cancel' }, actor: 'ada', reason: 'ill' }) as const,
    );
    return unitOfWork.run((tx) => actions.batch(requests, tx));
  };

  it('move the saga, send, and are kept', async () => {
    const tripId = uuidv7();
    await handle(request(tripId));
    const [accepted] = await ask(tripId);
    expect(accepted).toMatchObject({
      reply: { outcome: 'accepted', status: 'compensating', step: 'book-flight', label: 'REQUESTED' },
      messages: [{ type: CancelFlight }],
    });
    expect(await unitOfWork.rows('saga.action')).toMatchObject([
      { conversation: tripId, action: 'cancel', actor: 'ada', reason: 'ill', outcome: 'accepted' },
    ]);
    expect((await history(tripId)).at(-1)).toMatchObject({
      input: 'action cancel',
      events: [{ type: 'asked', actor: 'ada' }, { type: 'failed' }, { type: 'sent' }],
    });
  });

  it('are refused in the reply, and kept all the same', async () => {
    const tripId = uuidv7();
    await handle(request(tripId));
    const [, again] = await ask(tripId, tripId);
    expect(again).toMatchObject({ reply: { outcome: 'refused', refusal: { code: 'already-compensating' } } });
    expect(await unitOfWork.rows('saga.action')).toMatchObject([
      { outcome: 'accepted' },
      { outcome: 'already-compensating' },
    ]);
  });

  it('do nothing to a saga that is not there', async () => {
    expect(await ask(uuidv7())).toEqual([{ reply: { outcome: 'unknown-saga' } }]);
    expect(await unitOfWork.rows('saga.action')).toEqual([]);
  });

  it('take answers only to what was sent: another flow`s are not heard', async () => {
    const tripId = uuidv7();
    await handle(request(tripId));
    expect(await handle(message(HotelBooked({ tripId }), tripId, uuidv7()))).toEqual([[]]);
  });
});
