import { statement, type SqlTransaction } from '@comptoir/messaging';

const select = statement<{ from: number; to: number }>(
  'log-gap-of-stream',
  `SELECT 1 + coalesce((SELECT version FROM event_store.event WHERE stream = $1 ORDER BY version DESC LIMIT 1), 0) AS "from",
          h.version - 1 AS "to"
   FROM (SELECT version FROM event_log.held WHERE stream = $1 ORDER BY version LIMIT 1) AS h`,
);

/** The versions that are missing between a stream's last event and the first that is held; `undefined` where none is held. */
export const gapOf = async (tx: SqlTransaction, stream: string) => (await select(tx, stream))[0];
