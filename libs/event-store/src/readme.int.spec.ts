import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { pgPool, pgUnitOfWork } from '@comptoir/messaging';
import { freshDatabase } from '@comptoir/testing';
import { postgresEventStore, repository } from './index';
import { giftCard, Issued, issue, redeem, Redeemed, RedemptionRefused } from './readme.example';
import { scenario } from './testing';

const cardId = '01890000-0000-7000-8000-000000000001';
const read = (file: string) => readFileSync(join(__dirname, file), 'utf8');
const words = (text: string) => text.replace(/\s+/g, ' ');
const blocks = [...read('../README.md').matchAll(/```ts\n([\s\S]+?)```/g)].map(([, block = '']) => block);

test('the README shows the example as it is', () => {
  expect(blocks[0]).toBe(read('readme.example.ts').replace('./index', '@comptoir/event-store'));
});

test('the README shows these tests of it', () => {
  expect(blocks).toHaveLength(3);
  for (const block of blocks.slice(1)) expect(words(read('readme.int.spec.ts'))).toContain(words(block));
});

test('a scenario', () => {
  scenario(giftCard)
    .given(Issued({ cardId, amount: 500 }))
    .when(redeem(cardId, 300))
    .then(Redeemed({ cardId, amount: 300 }))
    .when(redeem(cardId, 300))
    .then(RedemptionRefused({ cardId, missing: 100 }));
});

test('a repository in PostgreSQL', async () => {
  const database = await freshDatabase('ledger', ['event_store']);
  const pool = pgPool({ connectionString: database.url, applicationName: 'event-store' });
  try {
    await pgUnitOfWork(pool).run(async (tx) => {
      await repository(giftCard, postgresEventStore).handle(tx, cardId, issue(cardId, 500));
      const cards = repository(giftCard, postgresEventStore);
      const { version, events } = await cards.handle(tx, cardId, redeem(cardId, 300), { expected: 1 });
      const before = await cards.load(tx, cardId, { asOfVersion: 1 });
      expect({ version, events, before }).toMatchObject({
        version: 2,
        events: [{ type: 'gift-cards.redeemed', position: 2, data: { amount: 300 } }],
        before: { version: 1, state: { balance: 500 } },
      });
    });
  } finally {
    await pool.end();
    await database.drop();
  }
});
