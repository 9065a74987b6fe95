import { inMemoryUnitOfWork } from '@comptoir/messaging/testing';
import fc from 'fast-check';
import { v7 as uuidv7 } from 'uuid';
import { repository } from './index';
import { giftCard, issue, redeem } from './readme.example';
import { inMemoryEventStore } from './testing';

const amounts = fc.array(fc.integer({ min: 1, max: 400 }), { maxLength: 15 });

test('snapshots change nothing about any state, now or as it was', async () => {
  const [store, { run }] = [inMemoryEventStore(), inMemoryUnitOfWork()];
  await fc.assert(
    fc.asyncProperty(amounts, fc.integer({ min: 1, max: 6 }), async (amounts, snapshotEvery) => {
      const id = uuidv7();
      const cards = repository({ ...giftCard, snapshotEvery }, store);
      const handled = [{ id, version: 0, state: giftCard.initial }];
      for (const [n, amount] of [1_000, ...amounts].entries()) {
        const decide = n === 0 ? issue(id, amount) : redeem(id, amount);
        const { version, state } = await run((tx) => cards.handle(tx, id, decide));
        handled.push({ id, version, state });
      }
      for (const each of handled) {
        const { version: asOfVersion } = each;
        expect(await run((tx) => cards.load(tx, id, { asOfVersion }))).toEqual(each);
        expect(await run((tx) => repository(giftCard, store).load(tx, id, { asOfVersion }))).toEqual(each);
      }
      expect(handled.every(({ state }) => state.balance >= 0)).toBe(true);
      const snapshot = await run((tx) => store.readSnapshot(tx, `gift-card-${id}`, 'gift-card'));
      expect(snapshot !== undefined).toBe(handled.length - 1 >= snapshotEvery);
    }),
    { numRuns: 40 },
  );
});
