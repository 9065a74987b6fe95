import { inMemoryUnitOfWork } from '@comptoir/messaging/testing';
import type { InMemoryTransaction } from '@comptoir/messaging/testing';
import { Projector } from '../index';
import type { Projection } from '../index';
import { giftCard, Issued, Redeemed } from '../readme.example';
import { inMemoryProjectionStore, sourceOf } from './index';

const [first, second] = ['01890000-0000-7000-8000-000000000001', '01890000-0000-7000-8000-000000000002'];

test('a projection is tested with the events it is given, and those that come later', async () => {
  const seen: unknown[] = [];
  const projection: Projection<InMemoryTransaction> = {
    name: 'seen',
    version: 1,
    events: giftCard.events,
    batch: async (events) => void seen.push(...events.map(({ stream, version, type }) => [stream, version, type])),
    clear: async () => undefined,
  };
  const source = await sourceOf(giftCard.events, Issued({ cardId: first, amount: 5 }), Issued({ cardId: second, amount: 5 }));
  const projector = new Projector({ projection, source, store: inMemoryProjectionStore, run: inMemoryUnitOfWork().run });
  await projector.catchUp();
  await source.add(Redeemed({ cardId: first, amount: 5 }));
  await projector.catchUp();
  expect(seen).toEqual([
    [`gift-card-${first}`, 1, 'gift-cards.issued'],
    [`gift-card-${second}`, 1, 'gift-cards.issued'],
    [`gift-card-${first}`, 2, 'gift-cards.redeemed'],
  ]);
});
