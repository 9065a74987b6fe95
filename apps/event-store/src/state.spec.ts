import type { ReadStream, StoredEvent } from '@comptoir/event-store';
import { v7 as uuidv7 } from 'uuid';
import { stateOf } from './state';

const happened = (type: string, data: unknown): Pick<StoredEvent, 'type' | 'data'> => ({ type, data });
const day = (version: number) => new Date(Date.UTC(2026, 0, version));

/** A log of one stream, recorded one event a day. */
const log = (stream: string, events: readonly Pick<StoredEvent, 'type' | 'data'>[]) => {
  const stored = events.map((event, index): StoredEvent => {
    const version = index + 1;
    return { ...event, stream, version, position: version, id: uuidv7(), schemaVersion: 1, metadata: {}, occurredAt: day(version), recordedAt: day(version) };
  });
  return async ({ from = 1, limit = Infinity, recordedUntil }: ReadStream) =>
    stored.filter(({ version, recordedAt }) => version >= from && (!recordedUntil || recordedAt <= recordedUntil)).slice(0, limit);
};

const [orderId, cartId] = [uuidv7(), uuidv7()];
const [lines, total] = [[{ sku: 'TEA', quantity: 1, unitPrice: 250 }], { amount: 250, currency: 'GBP' }];
const placed = happened('orders.order-placed', { orderId, cartId, customerId: 'ada', paymentToken: 'tok' });
const confirmed = happened('orders.order-confirmed', { orderId, customerId: 'ada', lines, total });

describe('an order', () => {
  const read = log('order-1', [placed, confirmed]);

  it('is what its events come to', async () => {
    expect(await stateOf('order-1', read)).toEqual({
      stream: 'order-1',
      version: 2,
      recordedAt: day(2),
      fold: 'order',
      state: { status: 'confirmed', customerId: 'ada', cartId, lines, total },
      unread: [],
    });
  });

  it.each([
    ['a version', { version: 1 }],
    ['a time', { time: day(1) }],
  ])('is what it was as of %s', async (_what, asOf) => {
    expect(await stateOf('order-1', read, asOf)).toMatchObject({ version: 1, state: { status: 'placed' } });
  });

  it('was nothing before its first event', async () => {
    expect(await stateOf('order-1', read, { time: new Date(0) })).toBeUndefined();
  });

  it('is not changed by events nobody knows, or that break their contract; they are told', async () => {
    const odd = [placed, happened('orders.order-gift-wrapped', { paper: 'blue' }), happened('orders.order-confirmed', { orderId })];
    expect(await stateOf('order-1', log('order-1', odd))).toMatchObject({
      version: 3,
      state: { status: 'placed' },
      unread: ['orders.order-confirmed', 'orders.order-gift-wrapped'],
    });
  });
});

it('counts a refund once, however often it is said to be issued', async () => {
  const refund = { refundId: uuidv7(), claimId: uuidv7(), orderId };
  const issued = happened('payments.refund-issued', { ...refund, customerId: 'ada', amount: { amount: 100, currency: 'GBP' } });
  const events = [happened('payments.payment-processed', { orderId, paymentId: uuidv7(), amount: total }), issued, issued];
  expect(await stateOf(`payment-${orderId}`, log('payment', events))).toMatchObject({ state: { captured: 250, refunded: 100, refunds: { [refund.refundId]: { status: 'issued' } } } });
});

it('lays the fields of unknown aggregates over each other, and tells how each came to be', async () => {
  const read = log('jar-1', [
    happened('cellar.jar-filled', { with: 'jam', grams: 400 }),
    happened('cellar.jar-tasted', { grams: 350 }),
    happened('cellar.jar-moved', { grams: 350, shelf: 2 }),
    happened('cellar.jar-named', 'plum'),
    happened('cellar.jar-cursed', JSON.parse('{"__proto__": {"evil": true}}')),
  ]);
  const state = await stateOf('jar-1', read);
  expect(JSON.parse(JSON.stringify(state))).toMatchObject({
    fold: 'merged',
    version: 5,
    state: { with: 'jam', grams: 350, shelf: 2, value: 'plum' },
    fields: {
      grams: [
        { version: 1, type: 'cellar.jar-filled', value: 400 },
        { version: 2, type: 'cellar.jar-tasted', value: 350 },
      ],
      shelf: [{ version: 3, type: 'cellar.jar-moved', value: 2 }],
    },
  });
  expect(({} as Record<string, unknown>)['evil']).toBeUndefined();
});

it('reads streams of any length page by page', async () => {
  const read = log('jar-1', Array.from({ length: 1_234 }, (_, n) => happened('cellar.jar-shaken', { n })));
  expect(await stateOf('jar-1', read)).toMatchObject({ version: 1_234, state: { n: 1_233 }, fields: { n: { length: 20 } } });
  expect(await stateOf('jar-1', read, { version: 1_000 })).toMatchObject({ version: 1_000, state: { n: 999 } });
});
