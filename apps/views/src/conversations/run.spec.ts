import type { Happened } from '@comptoir/event-store';
import fc from 'fast-check';
import { happeningOf, type Happening } from './happening';
import { followRun, runOf, saidAlso, saidKey, type Said } from './run';
import { TEST_MAP } from './test-flows';

const START = Date.UTC(2026, 0, 1, 9);
const at = (seconds: number) => new Date(START + seconds * 1_000);
const uuid = (nth: number) => `01890000-0000-7000-8000-${String(nth).padStart(12, '0')}`;

/** One event a second. */
const happened = (flow: string, types: readonly string[]): Happening[] =>
  types.map((type, nth) => ({
    conversation: 'c-1', position: nth + 1, eventId: uuid(nth), type, flow, saidBy: 'somebody', causedBy: null, stream: 's', version: nth + 1, saidAt: at(nth), summary: '',
  }));

function saidBy(happenings: readonly Happening[]): Said[] {
  const said = new Map<string, Said>();
  for (const each of happenings) said.set(saidKey(each), saidAlso(said.get(saidKey(each)), each));
  return [...said.values()];
}

const [PLACED, VALIDATED, RESERVED] = ['orders.order-placed', 'carts.cart-validated', 'inventory.stock-reserved'] as const;
const [PAID, DECLINED, RELEASED] = ['payments.payment-processed', 'payments.payment-declined', 'inventory.stock-released'] as const;
const [CONFIRMED, CANCELLED, SOLD] = ['orders.order-confirmed', 'orders.order-cancelled', 'inventory.stock-sold'] as const;
const REFUNDED = 'payments.payment-refunded';

describe('an orchestrated order, by its events', () => {
  it.each<[string, string[], boolean, string[]]>([
    ['placed', [PLACED], false, ['carts']],
    ['validated', [PLACED, VALIDATED], false, ['inventory']],
    ['its cart rejected', [PLACED, 'carts.cart-rejected'], false, ['orders']],
    ['reserved', [PLACED, VALIDATED, RESERVED], false, ['payments']],
    ['out of stock', [PLACED, VALIDATED, 'inventory.stock-rejected'], false, ['orders']],
    ['paid', [PLACED, VALIDATED, RESERVED, PAID], false, ['orders']],
    ['declined', [PLACED, VALIDATED, RESERVED, DECLINED], false, ['inventory']],
    ['declined and released', [PLACED, VALIDATED, RESERVED, DECLINED, RELEASED], false, ['orders']],
    ['declined and cancelled', [PLACED, VALIDATED, RESERVED, DECLINED, RELEASED, CANCELLED], true, []],
    ['not confirmed', [PLACED, VALIDATED, RESERVED, PAID, 'orders.order-confirmation-refused'], false, ['payments']],
    ['not confirmed and refunded', [PLACED, VALIDATED, RESERVED, PAID, 'orders.order-confirmation-refused', REFUNDED], false, ['inventory']],
    ['not paid in time', [PLACED, VALIDATED, RESERVED, REFUNDED], false, ['inventory']],
    ['not paid in time, and released', [PLACED, VALIDATED, RESERVED, REFUNDED, RELEASED], false, ['orders']],
    ['not reserved in time, then reserved after all', [PLACED, VALIDATED, RELEASED, RESERVED], false, ['orders']],
    ['confirmed', [PLACED, VALIDATED, RESERVED, PAID, CONFIRMED], true, ['inventory']],
    ['sold', [PLACED, VALIDATED, RESERVED, PAID, CONFIRMED, SOLD], true, []],
    ['sold, with a capture that came too late', [PLACED, VALIDATED, RESERVED, PAID, CONFIRMED, SOLD, 'payments.stray-capture-refunded'], true, []],
  ])('%s', (_, types, ended, services) => {
    const said = saidBy(happened('order-fulfilment', types));
    expect(followRun(TEST_MAP, said, at(0))?.expected.map(({ service }) => service)).toEqual(services);
    const run = runOf(TEST_MAP, said);
    // Half a minute after the last word, unless it has ended.
    expect(run).toEqual({
      conversation: 'c-1', flow: 'order-fulfilment', messages: types.length, startedAt: at(0), lastAt: at(types.length - 1), ended,
      lateFrom: ended ? null : expect.any(Date) as Date,
    });
    if (!ended && !types.includes(RELEASED)) expect(run.lateFrom).toEqual(at(types.length - 1 + 30));
  });
});

it('a choreographed refund is late when its initiator says so, whoever is expected', () => {
  const types = ['claims.refund-requested', 'payments.refund-calculated', 'inventory.stock-returned'];
  expect(runOf(TEST_MAP, saidBy(happened('refund', types)))).toMatchObject({ ended: false, lateFrom: at(600) });
  expect(runOf(TEST_MAP, saidBy(happened('refund', [...types, 'payments.refund-issued', 'claims.claim-settled'])))).toMatchObject({ ended: true, lateFrom: null });
});

it('a flow that is not on the map is shown, and never late', () => {
  expect(runOf(TEST_MAP, saidBy(happened('gift', ['gifts.given'])))).toMatchObject({ flow: 'gift', messages: 1, ended: false, lateFrom: null });
});

it('the same events make the same run, whatever their order', () => {
  const types = fc.array(fc.constantFrom(PLACED, VALIDATED, RESERVED, DECLINED, RELEASED, CANCELLED), { minLength: 1, maxLength: 12 });
  const events = types.chain((some) =>
    fc.tuple(fc.constant(happened('order-fulfilment', some)), fc.shuffledSubarray(happened('order-fulfilment', some), { minLength: some.length })),
  );
  const sorted = (said: readonly Said[]) => [...said].sort((a, b) => (a.type < b.type ? -1 : 1));
  fc.assert(fc.property(events, ([some, shuffled]) => expect(sorted(saidBy(shuffled))).toEqual(sorted(saidBy(some)))));
});

describe('an event of the log', () => {
  const event = {
    position: 7, stream: 'order-1', version: 2, id: uuid(1), type: 'orders.order-placed', schemaVersion: 1, data: { orderId: 'o-1' }, occurredAt: at(1), recordedAt: at(2),
  };
  const with_ = (metadata: object) => happeningOf({ ...event, metadata } as unknown as Happened);

  it('is said by its source in its flow', () => {
    expect(with_({ correlationId: 'c-1', causationId: 'm-1', flow: 'order-fulfilment', source: 'orders' })).toEqual({
      conversation: 'c-1', position: 7, eventId: uuid(1), type: 'orders.order-placed', flow: 'order-fulfilment', saidBy: 'orders', causedBy: 'm-1', stream: 'order-1', version: 2, saidAt: at(1), summary: 'orderId: o-1',
    });
  });

  it('without more than a conversation is said by its owner in no flow', () => {
    expect(with_({ correlationId: 'c-1' })).toMatchObject({ flow: 'none', saidBy: 'orders', causedBy: null });
  });

  it.each([[{}], [{ correlationId: '' }], [{ correlationId: 7 }], [{ correlationId: 'x'.repeat(201) }], [{ correlationId: 'a\0b' }], [{ correlationId: '\ud800' }]])(
    'with metadata %j belongs to no conversation',
    (metadata) => {
      expect(with_(metadata)).toBeUndefined();
    },
  );

  it('keeps nothing of metadata that is no name', () => {
    expect(with_({ correlationId: 'c-1', causationId: { a: 1 }, flow: 'a\nb', source: 'x'.repeat(300), actor: 'eve' })).toMatchObject({
      flow: 'none', saidBy: 'orders', causedBy: null,
    });
  });
});
