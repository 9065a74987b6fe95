import type { EventType } from '@comptoir/contracts';
import type { Happened } from '@comptoir/event-store';
import fc from 'fast-check';
import { blankClaim, claimEvents, foldClaim, type ClaimEvent } from '../claims/claim-row';
import { claimCounts } from '../claims/claims-view';
import { blankOrder, foldOrder, orderEvents } from '../orders/orders-view';
import { foldOutcome, outcomeOf, type OutcomeEvent } from '../outcomes/outcomes-view';
import { blankRefund, foldRefund, refundEvents, type RefundEvent } from '../refunds/refunds-view';
import { blankSale, foldSale, saleCounts, saleEvents } from '../sales/sales-view';
import { story, type Telling } from '../stories';

/** The events of a story as they are stored, some said a second time under ids of their own. */
function happenedIn(telling: Telling, repeat: boolean): readonly Happened<EventType>[] {
  const versions = new Map<string, number>();
  const { entries } = story(telling);
  const last = entries.at(-1);
  const all = repeat && last ? [...entries, { ...last, at: new Date(last.at.getTime() + 1_000) }] : entries;
  return all.map(({ event: { type, body }, at, flow }, index) => {
    const stream = (type as EventType).streamOf(body);
    const version = (versions.get(stream) ?? 0) + 1;
    versions.set(stream, version);
    const id = `00000000-0000-7000-8000-${String(index).padStart(12, '0')}`;
    return {
      position: index + 1, stream, version, id, type: type.name, schemaVersion: 1, data: body, metadata: { flow }, occurredAt: at,
      recordedAt: at,
    };
  });
}

const ENDS = ['placed', 'cancelled', 'completed', 'opened', 'treated', 'rejected', 'settled', 'refund-failed'] as const;
const shuffled = fc.record({ end: fc.constantFrom(...ENDS), repeat: fc.boolean(), hours: fc.constantFrom(0, 0.5, 30) }).chain(
  ({ end, repeat, hours }) => {
    const events = happenedIn({ end, hours, store: 'Bristol', country: 'UK' }, repeat);
    return fc.record({ events: fc.constant(events), order: fc.shuffledSubarray([...events], { minLength: events.length }) });
  },
);

const only = (names: readonly string[]) => (events: readonly Happened<EventType>[]) => events.filter(({ type }) => names.includes(type));

describe('whatever the order in which events come, a row is the same:', () => {
  const same = <Row>(pick: (events: readonly Happened<EventType>[]) => readonly Happened<EventType>[], build: (events: never) => Row) =>
    fc.assert(
      fc.property(shuffled, ({ events, order }) => {
        expect(build(pick(order) as never)).toEqual(build(pick(events) as never));
      }),
      { numRuns: 300 },
    );

  it('an order', () =>
    same(only(orderEvents.names), (events: Parameters<typeof foldOrder>[1][]) => events.reduce(foldOrder, blankOrder('o'))));

  it('a sale, and what it adds to the sums', () =>
    same(only(saleEvents.names), (events: Parameters<typeof foldSale>[1][]) => {
      const row = events.reduce(foldSale, blankSale('o'));
      return [row, saleCounts(row)];
    }));

  it('a refund', () =>
    same(only(refundEvents.names), (events: RefundEvent[]) =>
      events.length === 0 ? undefined : events.reduce(foldRefund, blankRefund('r', events[0] as RefundEvent))));

  it('a claim, and what it adds to the sums', () =>
    same(only(claimEvents.names), (events: ClaimEvent[]) => {
      const row = events.reduce(foldClaim, blankClaim('c'));
      return [row, claimCounts(row)];
    }));

  it('an outcome', () =>
    same(only(['orders.order-confirmed', 'orders.order-cancelled', 'claims.claim-settled', 'claims.refund-failed']), (events: OutcomeEvent[]) =>
      Object.fromEntries(
        [...new Set(events.map((event) => outcomeOf(event).run))].sort().map((run) => {
          const [first, ...rest] = events.filter((event) => outcomeOf(event).run === run);
          return [run, rest.reduce(foldOutcome, outcomeOf(first as OutcomeEvent))];
        }),
      )));
});
