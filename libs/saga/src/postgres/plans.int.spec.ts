import type { SqlTransaction } from '@comptoir/messaging';
import { freshDatabase, plansOf } from '@comptoir/testing';
import { postgresSagaStore } from './store';

const { load, save, due } = postgresSagaStore;

test.each([
  ['loading', true, (tx: SqlTransaction) => load(tx, 'trip', ['a'])],
  ['saving', true, (tx: SqlTransaction) => save(tx, 'trip', [])],
  // Twice a second, not per batch.
  ['looking for what is due', false, (tx: SqlTransaction) => due(tx, 'trip', { horizon: new Date(), limit: 9 })],
])('%s goes by indices from the very first plan, while all tables are empty', async (_, byKey, work) => {
  const database = await freshDatabase('orchestrator');
  try {
    const plans = await plansOf(database.adminUrl, work);
    expect(plans.length).toBeGreaterThan(0);
    for (const plan of plans) {
      expect(plan).toMatch(/Index (Only )?Scan|Conflict Arbiter/);
      expect(plan).not.toMatch(/Seq Scan/);
      // Not by everything of a type.
      if (byKey) expect(plan).not.toMatch(/Index Cond: \(type = [^)]*\)$/m);
    }
  } finally {
    await database.drop();
  }
});
