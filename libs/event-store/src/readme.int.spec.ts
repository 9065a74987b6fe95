import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { pgPool, pgUnitOfWork, Polling, statement } from '@comptoir/messaging';
import type { SqlTransaction, UnitOfWork } from '@comptoir/messaging';
import { eventually, freshDatabase } from '@comptoir/testing';
import { Client } from 'pg';
import { postgresEventStore, postgresProjectionStore, Projector, repository } from './index';
import type { Happened, Projection, ReadAll } from './index';
import { giftCard, Issued, issue, redeem, Redeemed, RedemptionRefused } from './readme.example';
import { projectionScenario, scenario } from './testing';

const cardId = '01890000-0000-7000-8000-000000000001';
const read = (file: string) => readFileSync(join(__dirname, file), 'utf8');
const words = (text: string) => text.replace(/\s+/g, ' ');
const blocks = [...read('../README.md').matchAll(/```ts\n([\s\S]+?)```/g)].map(([, block = '']) => block);

test('the README shows the example as it is', () => {
  expect(blocks[0]).toBe(read('readme.example.ts').replace('./index', '@comptoir/event-store'));
});

test('the README shows these tests of it', () => {
  expect(blocks).toHaveLength(5);
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

const changeOf = ({ type, data }: Happened) =>
  type === 'gift-cards.issued' || type === 'gift-cards.redeemed'
    ? (data as { amount: number }).amount * (type === 'gift-cards.issued' ? 1 : -1)
    : 0;
const addBalances = statement(
  'readme-add-balances',
  `INSERT INTO balances AS b (generation, card, balance)
   SELECT $1::int, card, sum(change) FROM unnest($2::text[], $3::int[]) AS c (card, change) GROUP BY card
   ON CONFLICT (generation, card) DO UPDATE SET balance = b.balance + excluded.balance`,
);
const clearBalances = statement('readme-clear-balances', 'DELETE FROM balances WHERE generation = $1::int');
const selectBalances = statement<{ generation: number; card: string; balance: number }>(
  'readme-balances',
  'SELECT generation, card, balance FROM balances',
);
const nothing = () => undefined;
const logger = { debug: nothing, info: nothing, warn: nothing, error: nothing };

const readBalances = async (tx: SqlTransaction, of: number) =>
  (await selectBalances(tx)).flatMap(({ generation, card, balance }) => (generation === of ? [{ card, balance }] : []));

async function onLedger(work: (run: UnitOfWork<SqlTransaction>['run']) => Promise<void>): Promise<void> {
  const database = await freshDatabase('ledger', ['event_store', 'projection']);
  const admin = new Client({ connectionString: database.adminUrl });
  await admin.connect();
  await admin.query(`CREATE TABLE balances (generation int, card text, balance int, PRIMARY KEY (generation, card));
    GRANT ALL ON balances TO ledger`);
  await admin.end();
  const pool = pgPool({ connectionString: database.url, applicationName: 'projection' });
  try {
    await work(pgUnitOfWork(pool).run);
  } finally {
    await pool.end();
    await database.drop();
  }
}

test('a projection in PostgreSQL', async () => {
  await onLedger(async (run) => {
    const balances: Projection<SqlTransaction> = {
      name: 'balances',
      version: 1,
      events: giftCard.events,
      batch: async (events, tx, generation) => {
        await addBalances(tx, generation, events.map(({ stream }) => stream), events.map(changeOf));
      },
      clear: async (tx, generation) => {
        await clearBalances(tx, generation);
      },
    };
    const source = {
      head: () => run((tx) => postgresEventStore.head(tx)),
      readAll: (options: ReadAll) => run((tx) => postgresEventStore.readAll(tx, options)),
    };
    const projector = new Projector({ projection: balances, source, store: postgresProjectionStore, run });
    const step = async () => ((await projector.step()) ? 0 : 50);
    const polling = new Polling({ what: 'Projections', step, pollMs: 1_000, logger });
    polling.start();
    try {
      for (const decide of [issue(cardId, 500), redeem(cardId, 300), redeem(cardId, 300)])
        await run((tx) => repository(giftCard, postgresEventStore).handle(tx, cardId, decide));
      const expected = [{ generation: 1, card: `gift-card-${cardId}`, balance: 200 }];
      await eventually(async () => expect(await run((tx) => selectBalances(tx))).toEqual(expected));
      await projector.rebuild();
      await eventually(async () =>
        expect(await run((tx) => selectBalances(tx))).toEqual([{ ...expected[0], generation: 2 }]),
      );
    } finally {
      await polling.stop();
    }
    await onLedger(async (run) => {
      await projectionScenario(balances, readBalances, () => ({ store: postgresProjectionStore, run }))
        .given(Issued({ cardId, amount: 500 }))
        .when(Redeemed({ cardId, amount: 300 }))
        .thenReads([{ card: `gift-card-${cardId}`, balance: 200 }]);
    });
  });
});
