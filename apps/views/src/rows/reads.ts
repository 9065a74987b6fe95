import { Pool, types } from 'pg';

const INT8 = 20;

/** Where queries are put: to the database as it is, or as it was at one moment. */
export interface Queries {
  query<Row extends object>(text: string, values?: readonly unknown[]): Promise<readonly Row[]>;
}

/** Queries have a pool of their own, and a plan for the filters that are given instead of one for all. */
export class Reads implements Queries {
  private readonly pool: Pool;

  constructor(options: { readonly url: string; readonly size: number; readonly onLost?: (error: Error) => void }) {
    this.pool = new Pool({
      connectionString: options.url,
      application_name: 'views-queries',
      max: options.size,
      connectionTimeoutMillis: 5_000,
      keepAlive: true,
      options: '-c statement_timeout=10s -c lock_timeout=2s -c timezone=UTC -c default_transaction_read_only=on',
      types: { getTypeParser: (oid, format) => (oid === INT8 ? Number : types.getTypeParser(oid, format)) },
    });
    this.pool.on('error', (error) => options.onLost?.(error));
  }

  async query<Row extends object>(text: string, values: readonly unknown[] = []): Promise<readonly Row[]> {
    return (await this.pool.query<Row>(text, [...values])).rows;
  }

  /**
   * What one answer takes from several queries, put one after the other: all of them see what had been projected when the first
   * was asked, and the same generation. Holds one connection; nothing else may be asked meanwhile that waits for another.
   */
  async atOneMoment<T>(ask: (moment: Queries) => Promise<T>): Promise<T> {
    const client = await this.pool.connect();
    let broken = true;
    try {
      await client.query('BEGIN ISOLATION LEVEL REPEATABLE READ');
      const answer = await ask({ query: async <Row extends object>(text: string, values: readonly unknown[] = []) => (await client.query<Row>(text, [...values])).rows });
      await client.query('COMMIT');
      broken = false;
      return answer;
    } finally {
      // Nothing was written: a connection that is left in a transaction is closed rather than mended.
      client.release(broken);
    }
  }

  close(): Promise<void> {
    return this.pool.end();
  }
}
