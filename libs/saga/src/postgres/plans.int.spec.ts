import type { SqlTransaction, Statement } from '@comptoir/messaging';
import { freshDatabase } from '@comptoir/testing';
import { Client } from 'pg';
import { postgresSagaStore } from './store';

/** What the store sends, without a database. */
async function statementsOf(work: (tx: SqlTransaction) => Promise<unknown>): Promise<readonly Statement[]> {
  const sent: Statement[] = [];
  const tx = {
    async query(statement: Statement) {
      sent.push(statement);
      return [] as never;
    },
  };
  await work(tx).catch(() => undefined);
  return sent;
}

const { load, save, due } = postgresSagaStore;

test.each([
  ['loading', true, (tx: SqlTransaction) => load(tx, 'trip', ['a'])],
  ['saving', true, (tx: SqlTransaction) => save(tx, 'trip', [])],
  // Twice a second, not per batch.
  ['looking for what is due', false, (tx: SqlTransaction) => due(tx, 'trip', { horizon: new Date(), limit: 9 })],
])('%s goes by indices from the very first plan, while all tables are empty', async (_, byKey, work) => {
  const database = await freshDatabase('orchestrator');
  const client = new Client({ connectionString: database.adminUrl });
  await client.connect();
  try {
    await client.query('SET plan_cache_mode = force_generic_plan');
    const statements = await statementsOf(work);
    expect(statements.length).toBeGreaterThan(0);
    for (const { name, text } of statements) {
      await client.query(`PREPARE "${name}" AS ${text}`);
      const parameters = new Set(text.match(/\$\d+/g)).size;
      const { rows } = await client.query<{ 'QUERY PLAN': string }>(
        `EXPLAIN EXECUTE "${name}"(${Array.from({ length: parameters }, () => 'NULL').join(', ')})`,
      );
      const plan = rows.map((row) => row['QUERY PLAN']).join('\n');
      expect(plan).toMatch(/Index (Only )?Scan|Conflict Arbiter/);
      expect(plan).not.toMatch(/Seq Scan/);
      // Not by everything of a type.
      if (byKey) expect(plan).not.toMatch(/Index Cond: \(type = [^)]*\)$/m);
    }
  } finally {
    await client.end();
    await database.drop();
  }
});
