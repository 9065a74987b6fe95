import { statement, type SqlTransaction } from '@comptoir/messaging';

const select = statement<{ owner: string }>(
  'log-owner-of-stream',
  `SELECT coalesce(metadata->>'source', 'unknown') AS owner FROM (
     (SELECT metadata FROM event_store.event WHERE stream = $1 ORDER BY version DESC LIMIT 1)
     UNION ALL
     (SELECT metadata FROM event_log.held WHERE stream = $1 ORDER BY version LIMIT 1)
   ) AS known WHERE metadata->>'via' IS DISTINCT FROM $2 LIMIT 1`,
);

/** The service whose events a stream holds, or is to hold; `undefined` where there is none. */
export const ownerOf = async (tx: SqlTransaction, stream: string, viaRest: string): Promise<string | undefined> =>
  (await select(tx, stream, viaRest))[0]?.owner;
