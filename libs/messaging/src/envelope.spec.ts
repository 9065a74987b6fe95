import { command, event } from '@comptoir/contracts';
import { v7 } from 'uuid';
import { z } from 'zod';
import { attemptOf, decode, forward, outboxRow, wireMessage } from './envelope';
import { ContractViolation } from './errors';
import type { Message } from './message';
import type { Delivery } from './transport';

const Shipped = event('shipping.parcel-shipped', 2, z.object({ parcel: z.string(), weight: z.int().positive() }), {
  stream: ({ parcel }) => `parcel-${parcel}`,
});
const Ship = command('shipping.ship-parcel', 1, z.object({ parcel: z.string() }), { answers: [Shipped] });
const types = new Map([[Shipped.name, Shipped]]);
const id = v7();

const delivery = (change: Partial<Delivery> & { body?: Buffer } = {}): Delivery => ({
  queue: 'desk.parcel-shipped',
  exchange: 'business.events',
  routingKey: 'shipping.parcel-shipped.delivery',
  redelivered: false,
  deliveryCount: 0,
  body: Buffer.from('{"parcel":"p1","weight":3}'),
  properties: { messageId: id, type: Shipped.name, correlationId: 'c1', headers: {} },
  ...change,
});

test('an event on the wire comes back as the message it was', () => {
  const row = outboxRow(Shipped({ parcel: 'p1', weight: 3 }, { correlationId: 'c1', flow: 'delivery' }), undefined, 1_000);
  const wire = wireMessage(row, 7, 'shipping');
  const { exchange, routingKey, properties } = wire;
  expect({ exchange, routingKey }).toEqual({ exchange: 'business.events', routingKey: 'shipping.parcel-shipped.delivery' });
  const message = decode(delivery({ body: Buffer.from(wire.body), properties }), types);
  expect(message).toMatchObject({
    type: Shipped,
    body: { parcel: 'p1', weight: 3 },
    id: row.id,
    correlationId: 'c1',
    flow: 'delivery',
    schemaVersion: 2,
    attempt: 1,
    sentBy: 'shipping',
    sentAt: new Date(1_000),
    stream: 'parcel-p1',
    streamVersion: 7,
  });
});

test('an answer inherits conversation, flow, tenant and trace, and names its cause', () => {
  const trace = '0af7651916cd43dd8448eb211c80319c';
  const headers = { flow: 'delivery', tenant: 'eu', traceparent: `00-${trace}-b7ad6b7169203331-01` };
  const cause: Message = decode(delivery({ properties: { messageId: id, type: Shipped.name, correlationId: 'c1', headers } }), types);
  const row = outboxRow(Ship({ parcel: 'p2' }), cause, 0);
  expect(row).toMatchObject({ correlationId: 'c1', exchange: 'business.commands', routingKey: 'shipping.ship-parcel', mandatory: true });
  expect(row.headers).toMatchObject({ 'causation-id': id, flow: 'delivery', tenant: 'eu' });
  expect(row.headers['traceparent']).toMatch(new RegExp(`^00-${trace}-[0-9a-f]{16}-01$`));
});

test('where a trace begins it is named after the conversation', () => {
  const conversation = v7();
  const row = outboxRow(Ship({ parcel: 'p' }, { correlationId: conversation }), undefined, 0);
  expect(String(row.headers['traceparent']).slice(3, 35)).toBe(conversation.replaceAll('-', ''));
});

test.each([
  ['no id', { properties: { type: Shipped.name } }, /message_id/],
  ['an id that is no UUID', { properties: { messageId: '17', type: Shipped.name } }, /UUID/],
  ['a type nobody handles', { properties: { messageId: id, type: 'shipping.lost' } }, /does not handle the type "shipping.lost"/],
  ['a body that is not JSON', { body: Buffer.from('{parcel') }, /not JSON/],
  ['a body that breaks the contract', { body: Buffer.from('{"parcel":1,"weight":-3}') }, /parcel: .*; weight: /],
])('refuses %s, and says why', (_, change: Partial<Delivery>, why) => {
  expect(() => decode(delivery(change), types)).toThrow(ContractViolation);
  expect(() => decode(delivery(change), types)).toThrow(why);
});

test('fields a consumer does not know are ignored', () => {
  const message = decode(delivery({ body: Buffer.from('{"parcel":"p1","weight":3,"colour":"red"}') }), types);
  expect(message.body).toEqual({ parcel: 'p1', weight: 3 });
});

test('forwarding strips what brokers added and keeps the rest byte for byte', () => {
  const headers = { flow: 'delivery', attempt: 2, 'x-death': [{ count: 1 }], 'x-first-death-queue': 'q', 'x-delivery-count': 3 };
  const copy = forward(delivery({ properties: { messageId: id, type: Shipped.name, headers } }), {
    exchange: 'retry.1s',
    routingKey: 'desk.parcel-shipped',
    headers: { attempt: 3 },
  });
  expect(copy.properties.headers).toEqual({ flow: 'delivery', attempt: 3 });
  expect(copy).toMatchObject({ body: '{"parcel":"p1","weight":3}', mandatory: true, properties: { messageId: id } });
});

test.each([[undefined, 1], ['x', 1], [-1, 1], [4, 4]])('attempt header %p counts as %p', (attempt, expected) => {
  expect(attemptOf(delivery({ properties: { headers: { attempt } } }))).toBe(expected);
});
