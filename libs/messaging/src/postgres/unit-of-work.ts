import type { Pool, PoolClient } from 'pg';
import { CommitOutcomeUnknown } from '../errors';
import { sqlMessageStore } from '../sql/message-store';
import type { SqlTransaction, Statement, UnitOfWork } from '../unit-of-work';

class PgTransaction implements SqlTransaction {
  private readonly pending: Promise<unknown>[] = [];

  constructor(private readonly client: PoolClient) {}

  query<Row>(statement: Statement, values: readonly unknown[]): Promise<readonly Row[]> {
    const rows = this.client
      .query<never>({ ...statement, values: values as unknown[] })
      .then((result): readonly Row[] => result.rows);
    // Whoever leaves a query un-awaited hears of its failure from `settled`.
    rows.catch(() => undefined);
    this.pending.push(rows);
    return rows;
  }

  async settled(): Promise<void> {
    await Promise.all(this.pending);
  }
}

/**
 * Transactions on a pg pool, for set-based SQL. READ COMMITTED. Queries that `work` leaves un-awaited are sent together
 * with the COMMIT, and `run` fails if one of them fails: nothing is committed then.
 */
export function pgUnitOfWork(pool: Pool): UnitOfWork<SqlTransaction> {
  return {
    store: sqlMessageStore,
    async run(work) {
      const client = await pool.connect();
      let broken: Error | undefined;
      const onError = (error: Error) => (broken = error);
      client.on('error', onError);
      try {
        const tx = new PgTransaction(client);
        const begun = client.query('BEGIN');
        begun.catch(() => undefined);
        let result;
        try {
          result = await work(tx);
        } catch (error) {
          await begun;
          await client.query('ROLLBACK').catch((failure: Error) => (broken = failure));
          throw error;
        }
        const committed = client.query('COMMIT').catch((error: Error) => {
          broken = error;
          throw new CommitOutcomeUnknown('The connection went while committing', { cause: error.message });
        });
        committed.catch(() => undefined);
        // A failed statement makes the COMMIT a ROLLBACK; its own error is the one to tell.
        await begun;
        await tx.settled();
        await committed;
        return result;
      } finally {
        client.off('error', onError);
        client.release(broken);
      }
    },
  };
}
