import fc from 'fast-check';
import { handle, service } from '@comptoir/messaging';
import { sagaHandler } from '../handler';
import { inMemorySagaStore } from '../in-memory/store';
import * as trips from '../testing/trip';
import { checkFlows } from './check';
import { eventsOnly } from './events-only';
import { flowMap } from './flow-map';
import { follow } from './follow';
import type { FlowMap, FlowPart } from './part';
import { consumersOf } from './paths';
import { peers } from './refund.example';
import type { FollowedMessage } from './timeline';

const START = Date.UTC(2024, 0, 1, 9);
const MINUTE = 60_000;
const at = (ms: number) => new Date(START + ms);

/** Whoever handles the trip's commands. */
const handlers = [trips.BookFlight, trips.CancelFlight, trips.BookHotel, trips.CancelHotel, trips.PayTrip, trips.SendTickets, trips.CallOffTrip].map((command) =>
  handle(command, { emits: command.answers, batch: async () => [] }),
);
const desk = service({ name: 'desk', handlers: [sagaHandler(trips.tripSaga(), inMemorySagaStore())], emits: [trips.TripRequested] });
const travel = service({ name: 'travel', handlers });
const whole: Record<string, FlowMap> = { refund: flowMap(peers), trip: flowMap([desk, travel]) };
const seen = { refund: eventsOnly(flowMap(peers)), trip: eventsOnly(flowMap([desk, travel])) };

const said = (flow: string, ...types: string[]): FollowedMessage[] =>
  types.map((type, index) => ({ id: `m${index + 1}`, type, flow, sentAt: at(index * MINUTE), sentBy: 'somebody', causationId: undefined }));
const find = (map: FlowMap, name: string) => map.flows[0]?.parts.find((part) => `${part.service}.${part.name}` === name);
const expectedBy = (map: FlowMap, messages: readonly FollowedMessage[], now: Date) =>
  (follow(map, messages, now).flows[0]?.expected ?? []).map(({ service: who, part }) => `${who}.${part}`);

describe('the map of a saga by its events', () => {
  it('puts who acts on a command behind the events that lead to it, with the time that the saga gives', () => {
    expect(find(seen.trip, 'travel.book-hotel')).toMatchObject({
      on: ['flights.flight-booked'],
      emits: ['hotels.hotel-booked', 'hotels.hotel-refused'],
      waits: { for: ['hotels.hotel-booked', 'hotels.hotel-refused'], deadlineMs: 10_000 },
    });
    expect(find(seen.trip, 'travel.cancel-flight')?.on).toEqual(['hotels.hotel-refused', 'hotels.hotel-cancelled']);
    expect(find(seen.trip, 'travel.book-flight')?.undoneBy).toEqual(['hotels.hotel-refused', 'hotels.hotel-cancelled']);
  });

  it('has no command, and of the saga its ends only', () => {
    const { parts = [], messages = [] } = seen.trip.flows[0] ?? {};
    expect(messages.filter(({ kind }) => kind === 'command')).toEqual([]);
    expect(parts.filter(({ role }) => role === 'coordinator').map(({ name }) => name)).toEqual(['trip/completed', 'trip/parked', 'trip/aborted']);
    const names = new Set(messages.map(({ name }) => name));
    const told = ({ on, emits, refusals, undoneBy }: FlowPart) => [...on, ...emits, ...refusals, ...undoneBy];
    expect(parts.flatMap(told).filter((name) => !names.has(name))).toEqual([]);
  });

  it.each<[string, string[], boolean, string[]]>([
    ['requested', ['trips.trip-requested'], false, ['travel.book-flight']],
    ['the flight is booked', ['trips.trip-requested', 'flights.flight-booked'], false, ['travel.book-hotel']],
    ['no flight', ['trips.trip-requested', 'flights.flight-refused'], false, ['travel.call-off-trip']],
    ['no hotel', ['trips.trip-requested', 'flights.flight-booked', 'hotels.hotel-refused'], false, ['travel.cancel-flight']],
    ['no hotel in time', ['trips.trip-requested', 'flights.flight-booked', 'hotels.hotel-cancelled'], false, ['travel.cancel-flight']],
    [
      'no flight in time, and its answer comes when it has been cancelled',
      ['trips.trip-requested', 'flights.flight-cancelled', 'flights.flight-booked'],
      false,
      ['travel.call-off-trip'],
    ],
    [
      'called off, and an answer comes too late',
      ['trips.trip-requested', 'flights.flight-cancelled', 'trips.trip-called-off', 'flights.flight-booked'],
      true,
      [],
    ],
  ])('%s', (_, types, ended, expected) => {
    const messages = said('trip', ...types);
    expect(follow(seen.trip, messages, at(0)).flows[0]?.ended).toBe(ended);
    expect(expectedBy(seen.trip, messages, at(0))).toEqual(expected);
  });

  it('is late when what is expected is, and never again when it has ended', () => {
    const booked = said('trip', 'trips.trip-requested', 'flights.flight-booked');
    const deadline = at(MINUTE + 10_000);
    expect(follow(seen.trip, booked, deadline).flows[0]).toMatchObject({ overdue: false, lateFrom: deadline });
    expect(follow(seen.trip, booked, at(MINUTE + 10_001)).flows[0]).toMatchObject({
      overdue: true,
      expected: [{ service: 'travel', part: 'book-hotel', because: 'm2', until: deadline, overdue: true }],
    });
    const over = said('trip', 'trips.trip-requested', 'flights.flight-refused', 'trips.trip-called-off');
    expect(follow(seen.trip, over, at(99 * MINUTE)).flows[0]).toMatchObject({ ended: true, overdue: false, lateFrom: undefined });
  });
});

describe('the map of a choreography by its events', () => {
  it('is what it was, but for who is asked when the deadline has passed', () => {
    const changed = seen.refund.flows[0]?.parts.filter((part) => {
      const before = find(whole['refund'] as FlowMap, `${part.service}.${part.name}`);
      return JSON.stringify(before) !== JSON.stringify(part);
    });
    expect(changed?.map(({ name }) => name).sort()).toEqual(['close-refund', 'settle-refund']);
  });

  it('expects the owner of the pivot to answer when the initiator must have asked, and not before', () => {
    const messages = said('refund', 'claims.refund-requested', 'payments.refund-calculated');
    expect(expectedBy(seen.refund, messages, at(10 * MINUTE))).toEqual(['inventory.refund-calculated']);
    expect(follow(seen.refund, messages, at(10 * MINUTE)).flows[0]?.lateFrom).toEqual(at(10 * MINUTE));
    expect(expectedBy(seen.refund, messages, at(10 * MINUTE + 1)).sort()).toEqual(['inventory.refund-calculated', 'payments.close-refund']);
    const answered = [...messages, ...said('refund', '', '', 'payments.refund-failed').slice(2)];
    expect(expectedBy(seen.refund, answered, at(11 * MINUTE)).sort()).toEqual(['inventory.refund-calculated', 'inventory.undo-refund-calculated']);
  });

  it('expects nothing more of what has been undone, nor because of it', () => {
    const types = ['claims.refund-requested', 'payments.refund-calculated', 'payments.refund-failed', 'inventory.return-reversed'];
    expect(expectedBy(seen.refund, said('refund', ...types), at(0))).toEqual(['payments.undo-refund-requested']);
    expect(expectedBy(seen.refund, said('refund', ...types, 'inventory.stock-returned'), at(0))).toEqual(['payments.undo-refund-requested']);
  });
});

it.each(['refund', 'trip'] as const)('the map of a %s by its events stands the same check', (name) => {
  expect(checkFlows(seen[name])).toEqual(checkFlows(whole[name] as FlowMap));
});

it('does not change the map that it is made of, and nothing more when made of itself', () => {
  for (const [name, map] of Object.entries(whole)) {
    const before = structuredClone(map);
    expect(eventsOnly(eventsOnly(map))).toEqual(seen[name as 'trip']);
    expect(map).toEqual(before);
  }
});

it('who sends a command when they please makes nobody wait for its answer', () => {
  const maybe = handle(trips.FlightBooked, { flows: ['trip'], emits: [trips.CancelHotel, trips.TicketsSent], batch: async () => undefined });
  const map = eventsOnly(flowMap([desk, travel, service({ name: 'moody', handlers: [maybe] })]));
  expect(find(map, 'travel.cancel-hotel')?.on).toEqual(find(seen.trip, 'travel.cancel-hotel')?.on);
});

/** A run by commands and events, as whoever is expected says something; what each event-only view of it must expect. */
function compare(name: 'refund' | 'trip', choices: readonly number[], now: Date): void {
  const map = whole[name] as FlowMap;
  const [flow] = map.flows;
  const messages = (flow?.starts ?? []).map((type) => said(name, type)[0] as FollowedMessage);
  for (const choice of choices) {
    const expected = follow(map, messages, now).flows[0]?.expected ?? [];
    // Who is about to send a command is not to be seen; whoever will handle it is waited for already.
    const waitedFor = expected.flatMap(({ service: who, part, says }) => {
      const commands = says.filter((type) => flow?.messages.some((each) => each.name === type && each.kind === 'command'));
      return commands.length > 0 ? commands.flatMap((type) => consumersOf(flow?.parts ?? [], type).map((each) => `${each.service}.${each.name}`)) : [`${who}.${part}`];
    });
    const events = messages.filter(({ type }) => flow?.messages.some((each) => each.name === type && each.kind === 'event'));
    const told = follow(seen[name], events, now).flows[0];
    expect(told?.ended).toBe(follow(map, messages, now).flows[0]?.ended);
    expect(expectedBy(seen[name], events, now).sort()).toEqual([...new Set(waitedFor)].sort());
    const who = expected[choice % Math.max(expected.length, 1)];
    if (!who) return;
    const type = who.says[choice % who.says.length] ?? '';
    messages.push({ id: `m${messages.length + 1}`, type, flow: name, sentAt: at(0), sentBy: who.service, causationId: who.because });
  }
}

it.each(['refund', 'trip'] as const)('whoever is waited for in a %s is waited for by its events alone, at every point of every run', (name) => {
  fc.assert(fc.property(fc.array(fc.nat(11), { minLength: 30, maxLength: 30 }), (choices) => compare(name, choices, at(0))));
});
