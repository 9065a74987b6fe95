import { statement, withCommit } from '@comptoir/messaging';
import type { SqlTransaction } from '@comptoir/messaging';
import type { Snapshot } from '../store';

const select = statement<Omit<Snapshot, 'stream' | 'fold'>>(
  'event-store-read-snapshot',
  `SELECT fold_version AS "foldVersion", version, state, recorded_at AS "recordedAt"
   FROM event_store.snapshot WHERE stream = $1 AND fold = $2`,
);

const upsert = statement(
  'event-store-write-snapshot',
  `INSERT INTO event_store.snapshot AS s (stream, fold, fold_version, version, state, recorded_at)
   VALUES ($1, $2, $3::int, $4::int, $5::json, $6::timestamptz)
   ON CONFLICT (stream, fold) DO UPDATE
   SET fold_version = excluded.fold_version, version = excluded.version, state = excluded.state, recorded_at = excluded.recorded_at
   WHERE s.version <= excluded.version`,
);

export async function readSnapshot(tx: SqlTransaction, stream: string, fold: string): Promise<Snapshot | undefined> {
  const [row] = await select(tx, stream, fold);
  return row && { stream, fold, ...row };
}

export async function writeSnapshot(tx: SqlTransaction, snapshot: Snapshot): Promise<void> {
  const { stream, fold, foldVersion, version, state, recordedAt } = snapshot;
  withCommit(upsert(tx, stream, fold, foldVersion, version, JSON.stringify(state), recordedAt.toISOString()));
}
