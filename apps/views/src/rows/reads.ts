import { Pool, types } from 'pg';

const INT8 = 20;

/** Queries have a pool of their own, and a plan for the filters that are given instead of one for all. */
export class Reads {
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

  close(): Promise<void> {
    return this.pool.end();
  }
}
