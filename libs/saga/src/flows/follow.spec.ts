import fc from 'fast-check';
import { handle, service } from '@comptoir/messaging';
import { sagaHandler } from '../handler';
import { inMemorySagaStore } from '../in-memory/store';
import { BookFlight, CancelFlight, FlightBooked, FlightRefused, tripSaga } from '../testing/trip';
import { flowMap } from './flow-map';
import { follow } from './follow';
import { peers } from './refund.example';
import { timelineOf, type FollowedMessage } from './timeline';

const START = Date.UTC(2024, 0, 1, 9);
const MINUTE = 60_000;
const at = (ms: number) => new Date(START + ms);
const refund = flowMap(peers);

/** One message a minute, each caused by the one before. */
const said = (flow: string, ...types: string[]): FollowedMessage[] =>
  types.map((type, index) => ({
    id: `m${index + 1}`,
    type,
    flow,
    sentAt: at(index * MINUTE),
    sentBy: type.split('.')[0] ?? '',
    causationId: index > 0 ? `m${index}` : undefined,
  }));

const REQUESTED = 'claims.refund-requested';
const CALCULATED = 'payments.refund-calculated';
const RETURNED = 'inventory.stock-returned';
const ISSUED = 'payments.refund-issued';
const FAILED = 'payments.refund-failed';
const REVERSED = 'inventory.return-reversed';
const RELEASED = 'payments.refund-hold-released';
const ASKED = 'payments.close-refund';

describe('where a choreographed refund is', () => {
  it.each<[string, string[], boolean, string[]]>([
    ['begun', [REQUESTED], false, ['payments.refund-requested']],
    ['calculated', [REQUESTED, CALCULATED], false, ['inventory.refund-calculated']],
    ['refused at once', [REQUESTED, 'payments.refund-refused'], false, ['claims.settle-refund']],
    ['refused by inventory', [REQUESTED, CALCULATED, 'inventory.return-refused'], false, ['payments.undo-refund-requested']],
    ['returned', [REQUESTED, CALCULATED, RETURNED], false, ['payments.stock-returned']],
    ['paid out', [REQUESTED, CALCULATED, RETURNED, ISSUED], false, ['claims.settle-refund', 'notifications.refund-issued']],
    ['settled, the customer not told', [REQUESTED, CALCULATED, RETURNED, ISSUED, 'claims.refund-settled'], true, ['notifications.refund-issued']],
    ['not paid out', [REQUESTED, CALCULATED, RETURNED, FAILED], false, ['inventory.undo-refund-calculated']],
    ['half undone', [REQUESTED, CALCULATED, RETURNED, FAILED, REVERSED], false, ['payments.undo-refund-requested']],
    ['undone', [REQUESTED, CALCULATED, RETURNED, FAILED, REVERSED, RELEASED], false, ['claims.settle-refund']],
    ['failed', [REQUESTED, CALCULATED, RETURNED, FAILED, REVERSED, RELEASED, 'claims.refund-failed'], true, []],
  ])('%s', (_, types, ended, expected) => {
    const [flow] = follow(refund, said('refund', ...types), at(9 * MINUTE)).flows;
    expect(flow).toMatchObject({ flow: 'refund', ended, overdue: false });
    expect(flow?.expected.map(({ service: who, part }) => `${who}.${part}`)).toEqual(expected);
  });

  it('says who should say what, because of what, until when', () => {
    expect(follow(refund, said('refund', REQUESTED, CALCULATED), at(MINUTE)).flows[0]?.expected).toEqual([
      {
        service: 'inventory',
        part: 'refund-calculated',
        says: [RETURNED, 'inventory.return-refused'],
        because: 'm2',
        until: at(10 * MINUTE),
        overdue: false,
      },
    ]);
  });

  it('is overdue after the deadline, and its initiator expected to ask', () => {
    const messages = said('refund', REQUESTED, CALCULATED);
    const late = follow(refund, messages, at(10 * MINUTE + 1)).flows[0];
    expect(late).toMatchObject({ ended: false, overdue: true });
    expect(late?.expected.map(({ service: who, says, overdue }) => [who, says[0], overdue])).toEqual([
      ['inventory', RETURNED, true],
      ['claims', ASKED, true],
    ]);
    const asked = follow(refund, [...messages, ...said('refund', '', '', ASKED).slice(2)], at(11 * MINUTE)).flows[0];
    expect(asked?.expected.map(({ part }) => part)).toEqual(['refund-calculated', 'close-refund']);
  });

  it('knows nothing of messages of other flows', () => {
    expect(follow(refund, said('gift', REQUESTED), at(0)).flows).toEqual([]);
  });
});

describe('where an orchestrated trip is', () => {
  const trip = flowMap([service({ name: 'desk', handlers: [sagaHandler(tripSaga(), inMemorySagaStore())] })]);
  const [REQUEST, FLIGHT, HOTEL] = ['trips.trip-requested', 'flights.flight-booked', 'hotels.hotel-refused'] as const;

  it.each<[string, string[], boolean, string[]]>([
    ['requested', [REQUEST], false, ['flights.book-flight']],
    ['a flight is asked for', [REQUEST, 'flights.book-flight'], false, []],
    ['the flight is booked', [REQUEST, 'flights.book-flight', FLIGHT], false, ['hotels.book-hotel']],
    ['no hotel', [REQUEST, 'flights.book-flight', FLIGHT, 'hotels.book-hotel', HOTEL], false, ['flights.cancel-flight']],
    [
      'called off, and the answer comes too late',
      [REQUEST, 'flights.book-flight', 'flights.cancel-flight', 'flights.flight-cancelled', 'trips.call-off-trip', 'trips.trip-called-off', FLIGHT],
      true,
      [],
    ],
    ['called off', [REQUEST, 'flights.book-flight', 'flights.flight-refused', 'trips.call-off-trip', 'trips.trip-called-off'], true, []],
  ])('%s', (_, types, ended, says) => {
    const [flow] = follow(trip, said('trip', ...types), at(0)).flows;
    expect(flow?.ended).toBe(ended);
    expect(flow?.expected.flatMap((each) => each.says)).toEqual(says);
  });

  it('gives an answer the time that its command has since it was last sent', () => {
    const answer = handle(BookFlight, { emits: [FlightBooked, FlightRefused, CancelFlight], batch: async () => [] });
    const flights = service({ name: 'flights', handlers: [answer] });
    const desk = service({ name: 'desk', handlers: [sagaHandler(tripSaga(), inMemorySagaStore())] });
    const messages = said('trip', REQUEST, 'flights.book-flight', 'flights.book-flight');
    expect(follow(flowMap([desk, flights]), messages, at(2 * MINUTE + 30_001)).flows[0]?.expected).toEqual([
      {
        service: 'flights',
        part: 'book-flight',
        says: ['flights.flight-booked', 'flights.flight-refused'],
        because: 'm2',
        until: at(2 * MINUTE + 30_000),
        overdue: true,
      },
    ]);
  });
});

describe('the timeline', () => {
  it('has each message once, causes before effects whatever their clocks say', () => {
    const [first, second, third] = said('refund', REQUESTED, CALCULATED, RETURNED);
    if (!first || !second || !third) throw new Error('three messages');
    const fast = { ...second, sentAt: at(-MINUTE) };
    expect(timelineOf([third, fast, first, third]).map(({ id }) => id)).toEqual(['m1', 'm2', 'm3']);
  });

  it('bears a circle of causes', () => {
    const [first, second] = said('refund', REQUESTED, CALCULATED);
    expect(timelineOf([{ ...first!, causationId: 'm2' }, second!])).toHaveLength(2);
  });
});

/** Whoever is expected says something, in any order, until nothing is expected any more. */
function walk(choices: readonly number[]): FollowedMessage[] {
  const messages = said('refund', REQUESTED);
  for (const choice of choices) {
    const next = follow(refund, messages, at(0)).flows[0]?.expected ?? [];
    const who = next[choice % Math.max(next.length, 1)];
    if (!who) break;
    const type = who.says[choice % who.says.length] ?? '';
    messages.push({ id: `m${messages.length + 1}`, type, flow: 'refund', sentAt: at(0), sentBy: who.service, causationId: who.because });
  }
  return messages;
}

it('every run comes to its end, and is told the same in any order and with duplicates', () => {
  fc.assert(
    fc.property(
      fc.array(fc.nat(5), { minLength: 20, maxLength: 20 }).map(walk).chain((messages) =>
        fc.tuple(fc.constant(messages), fc.shuffledSubarray([...messages, ...messages], { minLength: messages.length * 2 })),
      ),
      ([messages, shuffled]) => {
        const told = follow(refund, messages, at(0));
        expect(told.flows).toMatchObject([{ ended: true, expected: [], overdue: false }]);
        expect(follow(refund, shuffled, at(0))).toEqual(told);
      },
    ),
  );
});
