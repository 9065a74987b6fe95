import { classify, pgPool, pgUnitOfWork } from '@comptoir/messaging';
import { freshDatabase } from '@comptoir/testing';
import { v7 as uuidv7 } from 'uuid';
import { repository } from '../index';
import { giftCard, issue, redeem } from '../readme.example';
import { postgresEventStore } from './store';

test('a card that many redeem at once is never overdrawn, whoever has to try again', async () => {
  const database = await freshDatabase('ledger', ['event_store']);
  const pool = pgPool({ connectionString: database.url, applicationName: 'cards' });
  const { run } = pgUnitOfWork(pool);
  const cards = repository({ ...giftCard, snapshotEvery: 4 }, postgresEventStore);
  const id = uuidv7();
  let retries = 0;
  const handle = async (decide: ReturnType<typeof redeem>): Promise<unknown> =>
    run((tx) => cards.handle(tx, id, decide)).catch((error: unknown) => {
      // What the runtime runs again at once.
      if (classify(error) !== 'again') throw error;
      retries += 1;
      return handle(decide);
    });
  try {
    await run((tx) => cards.handle(tx, id, issue(id, 100)));
    await Promise.all(Array.from({ length: 15 }, () => handle(redeem(id, 10))));
    expect(await run((tx) => cards.load(tx, id))).toEqual({ id, version: 16, state: { status: 'valid', balance: 0 } });
    const events = await run((tx) => postgresEventStore.readStream(tx, `gift-card-${id}`));
    expect(events.filter(({ type }) => type === 'gift-cards.redeemed')).toHaveLength(10);
    expect(retries).toBeGreaterThan(0);
  } finally {
    await pool.end();
    await database.drop();
  }
});
