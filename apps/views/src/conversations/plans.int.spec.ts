import { freshDatabase, type FreshDatabase } from '@comptoir/testing';
import { Client } from 'pg';
import type { Queries } from '../rows/reads';
import { latestRuns, stuckRuns } from './queries';

let database: FreshDatabase;
let admin: Client;
beforeAll(async () => {
  database = await freshDatabase('views-of-conversations', ['event_store', 'projection', 'conversations']);
  admin = new Client({ connectionString: database.adminUrl });
  await admin.connect();
});
afterAll(async () => {
  await admin.end();
  await database.drop();
});

it('of 100,000 conversations each page is found by index, and no more is read than it shows', async () => {
  await admin.query(`INSERT INTO projection.generation (name, generation, version, position, live) VALUES ('conversations', 1, 1, 0, true);
    INSERT INTO conversations.run SELECT g, 'c-' || n, CASE n % 1000 WHEN 0 THEN 'refund' ELSE 'order-fulfilment' END, 6,
      now() - n * interval '1 second', now(), n % 50 > 0, CASE n % 50 WHEN 0 THEN now() + (10000 - n) * interval '1 second' END
    FROM generate_series(1, 2) AS g, generate_series(1, 100000) AS n;
    ANALYZE conversations.run`);
  let plan = '';
  const explaining: Queries = {
    async query(text, values = []) {
      plan = (await admin.query<{ 'QUERY PLAN': string }>(`EXPLAIN (ANALYZE, TIMING OFF) ${text}`, [...values])).rows.map((row) => row['QUERY PLAN']).join('\n');
      return [];
    },
  };
  const place = { at: new Date().toISOString(), conversation: 'c-1', flow: 'refund' };
  for (const query of [stuckRuns, latestRuns])
    for (const flow of [undefined, 'refund'])
      for (const after of [undefined, place]) {
        await query(explaining, { flow, after, limit: 101 });
        expect(plan).not.toMatch(/Seq Scan on run|Bitmap|^\s*(->\s*)?Sort /m);
        expect([...plan.matchAll(/Index (?:Only )?Scan.* on run .*actual rows=([\d.]+)/g)].map(([, rows]) => Number(rows) <= 101)).toEqual([true]);
        expect(Number(/Rows Removed by Filter: (\d+)/.exec(plan)?.[1] ?? 0)).toBeLessThanOrEqual(101);
      }
});
