import type { Pool } from 'pg';
import { CommitOutcomeUnknown } from '../errors';
import { sqlMessageStore } from '../sql/message-store';
import type { SqlTransaction, UnitOfWork } from '../unit-of-work';
import { Pipeline, refusedByServer } from './pipeline';

const BEGIN = { name: 'begin', text: 'BEGIN' };
const COMMIT = { name: 'commit', text: 'COMMIT' };

/**
 * Transactions on a pg pool, for set-based SQL. READ COMMITTED. Queries of one turn travel together: BEGIN with the
 * first, and those that `work` leaves un-awaited with the COMMIT; `run` fails if one of them fails: nothing is committed
 * then.
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
        const pipeline = new Pipeline(client);
        const rollBack = async () => {
          await pipeline.quiet();
          await client.query('ROLLBACK').catch((failure: Error) => (broken = failure));
        };
        void pipeline.query(BEGIN, []).catch(() => undefined);
        let result;
        try {
          result = await work(pipeline);
          pipeline.throwIfFailed();
        } catch (error) {
          await rollBack();
          throw error;
        }
        void pipeline.query(COMMIT, []).catch(() => undefined);
        try {
          await pipeline.settled();
        } catch (error) {
          await rollBack();
          if (refusedByServer(error)) throw error;
          throw new CommitOutcomeUnknown('The connection went while committing', { cause: String(error) });
        }
        return result;
      } finally {
        client.off('error', onError);
        client.release(broken);
      }
    },
  };
}
