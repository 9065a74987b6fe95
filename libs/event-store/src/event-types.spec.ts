import { event } from '@comptoir/contracts';
import { v7 as uuidv7 } from 'uuid';
import { z } from 'zod';
import type { StoredEvent } from './event';
import { eventTypes, upcasting } from './event-types';

const stream = { stream: (body: { till: string }) => `till-${body.till}` };
const Opened = event('tills.opened', 1, z.object({ till: z.string() }), stream);
const Counted = event(
  'tills.counted',
  3,
  z.object({ till: z.string(), total: z.object({ amount: z.int(), currency: z.string() }) }),
  stream,
);
// Pounds and pence, then pence, then pence with a currency.
const upcasts = {
  1: (data: unknown) => ({ ...(data as object), total: Math.round((data as { total: number }).total * 100) }),
  2: (data: unknown) => ({ ...(data as object), total: { amount: (data as { total: number }).total, currency: 'GBP' } }),
};
const types = eventTypes(Opened, upcasting(Counted, upcasts));

const stored = (over: Partial<StoredEvent>): StoredEvent => ({
  position: 7,
  stream: 'till-1',
  version: 2,
  id: uuidv7(),
  type: 'tills.counted',
  schemaVersion: 3,
  data: { till: '1', total: { amount: 1250, currency: 'GBP' } },
  metadata: { actor: 'ada' },
  occurredAt: new Date(1),
  recordedAt: new Date(2),
  ...over,
});

test.each([
  [1, { till: '1', total: 12.5 }],
  [2, { till: '1', total: 1250 }],
  [3, { till: '1', total: { amount: 1250, currency: 'GBP' } }],
])('an event of schema version %i is read as the current one', (schemaVersion, data) => {
  const event = stored({ schemaVersion, data });
  expect(types.read(event)).toEqual({
    ...event,
    schemaVersion: 3,
    data: { till: '1', total: { amount: 1250, currency: 'GBP' } },
  });
});

test.each([
  ['of an unknown type', { type: 'tills.robbed' }, 'unknown-event-type', { known: ['tills.opened', 'tills.counted'] }],
  ['newer than its declaration', { schemaVersion: 4 }, 'unknown-schema-version', {}],
  ['that no upcaster starts from', { schemaVersion: 0 }, 'unknown-schema-version', {}],
  ['with other data than declared', { data: { till: '1' } }, 'invalid-event-data', { issues: [expect.stringMatching(/^total: /)] }],
])('an event %s is not read, and it is said which one it is', (_, over, code, data) => {
  const event = stored(over);
  const { id, stream, version, type } = event;
  expect(() => types.read(event)).toThrow(
    expect.objectContaining({ code, data: expect.objectContaining({ id, stream, version, type, ...data }) }),
  );
});

test('a message becomes an event with its contract and its metadata', () => {
  const message = Opened({ till: '1' }, { id: uuidv7(), correlationId: 'c', causationId: 'm' });
  expect(types.toStore(message, { actor: 'ada', correlationId: 'other' })).toEqual({
    id: message.options?.id,
    type: 'tills.opened',
    schemaVersion: 1,
    data: { till: '1' },
    metadata: { actor: 'ada', correlationId: 'c', causationId: 'm' },
  });
});

test('a message that breaks its contract, or that is not declared, does not become one', () => {
  expect(() => types.toStore(Opened({ till: 1 as unknown as string }))).toThrow(
    expect.objectContaining({ code: 'invalid-event-data' }),
  );
  expect(() => eventTypes(Opened).toStore(Counted({ till: '1', total: { amount: 1, currency: 'GBP' } }))).toThrow(
    expect.objectContaining({ code: 'foreign-event' }),
  );
});

test.each([
  ['with a gap', () => upcasting(Counted, { 1: upcasts[1] })],
  ['beyond the declaration', () => upcasting(Counted, { ...upcasts, 3: upcasts[2] })],
  ['that are none', () => upcasting(Counted, {})],
  ['of a first version', () => upcasting(Opened, { 0: upcasts[1] })],
  ['for an event declared twice', () => eventTypes(Opened, Opened)],
])('upcasters %s are refused at once', (_, declaring) => {
  expect(declaring).toThrow(TypeError);
});
