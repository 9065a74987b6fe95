import { statement, withCommit } from '@comptoir/messaging';
import type { SqlTransaction } from '@comptoir/messaging';
import type { SagaEvent } from '../decision';
import type { SagaStatus } from '../instance';
import type { HistoryEntry, SagaStore } from '../store';
import { due } from './due';
import { load } from './load';
import { save } from './save';

const insertActions = statement(
  'saga-record-actions',
  `INSERT INTO saga.action (id, type, conversation, action, actor, reason, answer, outcome, at)
   SELECT id, $1, conversation, action, actor, reason, answer::json, outcome, at
   FROM unnest($2::uuid[], $3::text[], $4::text[], $5::text[], $6::text[], $7::text[], $8::text[], $9::timestamptz[])
     AS a (id, conversation, action, actor, reason, answer, outcome, at)`,
);

const selectHistory = statement<{
  readonly id: string;
  readonly conversation: string;
  readonly version: number;
  readonly at: Date;
  readonly input: string;
  readonly cause_id: string | null;
  readonly events: readonly SagaEvent[];
  readonly sent: readonly string[];
  readonly status: SagaStatus;
  readonly step: string | null;
  readonly label: string;
}>(
  'saga-history',
  `SELECT id::text, conversation, version, at, input, cause_id::text, events, sent::text[], status, step, label
   FROM saga.history WHERE type = $1 AND conversation = $2 ORDER BY version, id`,
);

const countVersions = statement<{ readonly type: string; readonly definitionVersion: number; readonly count: number }>(
  'saga-live-versions',
  `SELECT type, definition_version AS "definitionVersion", count(*)::int AS count FROM saga.live GROUP BY 1, 2 ORDER BY 1, 2`,
);

const runMaintenance = statement('saga-maintain', 'SELECT saga.maintain($1::int)');

/**
 * Sagas in PostgreSQL, in the schema `saga` (prisma/saga). A batch costs two statements: one locks and reads, one writes
 * everything, travelling with the commit.
 */
export const postgresSagaStore: SagaStore<SqlTransaction> = {
  load,
  due,

  async save(tx, type, changes) {
    withCommit(save(tx, type, changes));
  },

  async recordActions(tx, type, actions) {
    withCommit(
      insertActions(
        tx,
        type,
        actions.map((each) => each.id),
        actions.map((each) => each.conversation),
        actions.map((each) => each.action),
        actions.map((each) => each.actor),
        actions.map((each) => each.reason),
        actions.map((each) => (each.answer === undefined ? null : JSON.stringify(each.answer))),
        actions.map((each) => each.outcome),
        actions.map((each) => each.at.toISOString()),
      ),
    );
  },

  async history(tx, type, conversation) {
    const rows = await selectHistory(tx, type, conversation);
    return rows.map(({ cause_id, step, ...row }): HistoryEntry => ({
      ...row,
      causeId: cause_id ?? undefined,
      step: step ?? undefined,
    }));
  },

  liveVersions: (tx) => countVersions(tx),

  async maintain(tx, retentionDays) {
    await runMaintenance(tx, retentionDays);
  },
};
