import { Client } from 'pg';

interface Statement {
  readonly name: string;
  readonly text: string;
}

/** A transaction without a database: keeps what is sent. */
interface Recording {
  query<Row>(statement: Statement, values: readonly unknown[]): Promise<readonly Row[]>;
}

/**
 * The generic plans of all statements that `work` sends, with every parameter NULL: what a session plans once and keeps.
 * `work` gets no rows back, and may fail of it.
 */
export async function plansOf(adminUrl: string, work: (tx: Recording) => Promise<unknown>): Promise<readonly string[]> {
  const sent: Statement[] = [];
  const recording: Recording = {
    async query(statement) {
      sent.push(statement);
      return [];
    },
  };
  await work(recording).catch(() => undefined);
  const client = new Client({ connectionString: adminUrl });
  await client.connect();
  try {
    await client.query('SET plan_cache_mode = force_generic_plan');
    const plans: string[] = [];
    for (const { name, text } of sent) {
      await client.query(`PREPARE "${name}" AS ${text}`);
      const nulls = [...new Set(text.match(/\$\d+/g))].map(() => 'NULL').join(', ');
      const { rows } = await client.query<{ 'QUERY PLAN': string }>(
        `EXPLAIN EXECUTE "${name}"${nulls && `(${nulls})`}`,
      );
      plans.push(rows.map((row) => row['QUERY PLAN']).join('\n'));
    }
    return plans;
  } finally {
    await client.end();
  }
}
