import { command, event } from '@comptoir/contracts';
import { z } from 'zod';
import { handle } from '../handler';
import type { WireMessage } from '../message';
import { service } from '../service';
import { DEAD_LETTERS, exchangeOf, routingKeyOf, topologyOf, type Topology } from '../topology';
import type { MessageType } from '@comptoir/contracts';

const body = z.object({ n: z.number() });
const Baked = event('bakery.baked', 1, body, { stream: ({ n }) => `loaf-${n}` });
export const Bake = command('bakery.bake', 1, body, { answers: [Baked] });
/** Sent, and handled by nobody. */
export const Unhandled = event('bakery.unhandled', 1, body, { stream: ({ n }) => `loaf-${n}` });
export { Baked };

/** The queues of the contract's services, by who reads them. */
export const BAKERY = 'bakery.bake';
export const MORNING = 'shop.morning';
export const LEDGER = 'ledger.baked';

const bakery = service({
  name: 'bakery',
  handlers: [handle(Bake, { emits: [Baked], batch: async (commands) => commands.map((each) => Baked(each.body)) })],
  emits: [Unhandled],
});
const shop = service({
  name: 'shop',
  handlers: [handle(Baked, { name: 'morning', flows: ['morning'], replayable: true, emits: [Bake], batch: async () => undefined })],
});
const ledger = service({ name: 'ledger', handlers: [handle(Baked, { emits: [], batch: async () => undefined })], replays: true });

/** What must exist at the broker a transport is tested on. */
export const contractTopology: Topology = topologyOf([bakery, shop, ledger]);

let ids = 0;

/** A message of the contract's services with an id of its own. */
export function wire(type: MessageType, n: number, overrides: Partial<WireMessage> = {}): WireMessage {
  return {
    exchange: exchangeOf(type),
    routingKey: routingKeyOf(type, 'morning'),
    body: JSON.stringify({ n }),
    mandatory: type.kind === 'command',
    ...overrides,
    properties: {
      messageId: `00000000-0000-7000-8000-${String(++ids).padStart(12, '0')}`,
      type: type.name,
      correlationId: `conversation-${n}`,
      timestamp: Date.UTC(2024, 1, 29, 12, 30, 15, 678),
      appId: 'contract',
      contentType: 'application/json',
      headers: { flow: 'morning', attempt: 1 },
      ...overrides.properties,
    },
  };
}

export const wires = (count: number) => Array.from({ length: count }, (_, index) => wire(Bake, index + 1));

/** As the runtime gives up on a message. */
export const deadLetterOf = (queue: string, n: number) =>
  wire(Bake, n, { exchange: DEAD_LETTERS, routingKey: queue, mandatory: true });
