import { Pool, types } from 'pg';

const INT8 = 20;

const SESSION = {
  lock_timeout: '5s',
  statement_timeout: '20s',
  idle_in_transaction_session_timeout: '20s',
  timezone: 'UTC',
  // Statements are prepared once and look rows up by key. A plan made afresh for the arrays of each batch is no better, and
  // one that scans a table because it was small when the plan was made stays while the table grows.
  plan_cache_mode: 'force_generic_plan',
  enable_seqscan: 'off',
};

/**
 * A pool whose sessions cannot hang: bounded waits for a connection, a lock, a statement and an idle transaction, so that
 * the database decides and the runtime classifies. `pipeline` lets statements travel without waiting for the
 * answers of those before.
 */
export function pgPool(options: {
  connectionString: string;
  applicationName: string;
  /** Connections at most. Default 6. */
  max?: number;
}): Pool {
  const pool = new Pool({
    connectionString: options.connectionString,
    application_name: options.applicationName,
    max: options.max ?? 6,
    connectionTimeoutMillis: 5_000,
    idleTimeoutMillis: 60_000,
    keepAlive: true,
    pipeline: true,
    options: Object.entries(SESSION)
      .map(([name, value]) => `-c ${name}=${value}`)
      .join(' '),
    types: { getTypeParser: (oid, format) => (oid === INT8 ? String : types.getTypeParser(oid, format)) },
  });
  // A connection that breaks while idle is replaced at the next use; without a listener the process would die of it.
  pool.on('error', () => undefined);
  return pool;
}
