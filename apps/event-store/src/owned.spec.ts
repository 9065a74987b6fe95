import type { EventType } from '@comptoir/contracts';
import * as carts from '@comptoir/contracts/carts';
import * as catalog from '@comptoir/contracts/catalog';
import * as claims from '@comptoir/contracts/claims';
import * as inventory from '@comptoir/contracts/inventory';
import * as notifications from '@comptoir/contracts/notifications';
import * as orders from '@comptoir/contracts/orders';
import * as payments from '@comptoir/contracts/payments';
import { publisherOf, speakerOf } from './owned';

const isEvent = (value: unknown): value is EventType => (value as { kind?: unknown } | null)?.kind === 'event';
const events = [carts, catalog, claims, inventory, notifications, orders, payments].flatMap((owner) => Object.values(owner).filter(isEvent));
const anybody = new Proxy({}, { get: () => '1' });

it.each(events.map((type) => [type.name, type] as const))('%s is its service’s word, and its stream’s', (name, type) => {
  const [owner] = name.split('.');
  expect([speakerOf(name), publisherOf(type.streamOf(anybody))]).toEqual([owner, owner]);
});

it.each(['notes.note-taken', 'order.placed', 'ordersx.a', ''])('%p is nobody’s here', (type) => expect(speakerOf(type)).toBeUndefined());
it.each(['audit-2026-11', 'orders-1', 'note-order-1', ''])('a stream %p is nobody’s here', (stream) => expect(publisherOf(stream)).toBeUndefined());
