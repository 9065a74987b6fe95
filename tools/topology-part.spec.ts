import { event } from '@comptoir/contracts';
import { definitionsOf, handle, observe, service, topologyOf } from '@comptoir/messaging';
import { z } from 'zod';
import { partFor } from './topology-part';

const Rung = event('door.bell-rung', 1, z.object({ at: z.string() }), { stream: ({ at }) => at });
const batch = async () => undefined;
const door = service({ name: 'door', handlers: [handle(Rung, { name: 'light', emits: [], batch })] });
const log = service({ name: 'log', handlers: [observe('ingest', { batch })] });
const all = definitionsOf(topologyOf([door, log]));

test('some services have their own queues and what is bound to them, with retries and dead letters, and no others', () => {
  const alone = definitionsOf(topologyOf([door]));
  const part = partFor(['door'], all);
  expect(part.queues).toEqual(alone.queues);
  expect(part.bindings).toEqual(alone.bindings);
  expect(part.exchanges).toEqual(all.exchanges);
});
