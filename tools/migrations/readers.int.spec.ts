import { freshDatabase, type FreshDatabase } from '@comptoir/testing';
import { READERS, type DatabaseName } from '../../prisma/databases';
import { withClient } from './sql';

const grants = Object.entries(READERS).flatMap(([database, readers]) =>
  Object.entries(readers).map(([reader, relations]) => [database as DatabaseName, reader, relations ?? []] as const),
);

/** Every table and view of a database, as `schema.name`. */
const RELATIONS = `SELECT format('%I.%I', schemaname, tablename) AS name FROM pg_tables WHERE schemaname NOT IN ('pg_catalog', 'information_schema')
  UNION ALL SELECT format('%I.%I', schemaname, viewname) FROM pg_views WHERE schemaname NOT IN ('pg_catalog', 'information_schema')`;

describe.each(grants)('of the database %s, the role %s', (name, reader, relations) => {
  let database: FreshDatabase;
  let all: readonly string[];
  beforeAll(async () => {
    database = await freshDatabase(name);
    all = await withClient(database.adminUrl, async (admin) => (await admin.query<{ name: string }>(RELATIONS)).rows.map((row) => row.name));
  });
  afterAll(() => database.drop());

  const as = <T extends object>(text: string) => withClient(database.urlFor(reader), async (client) => (await client.query<T>(text)).rows);

  it('reads what is published, and nothing else', async () => {
    expect(all.length).toBeGreaterThan(relations.length);
    const readable: string[] = [];
    for (const relation of all) {
      const rows = await as(`SELECT * FROM ${relation} LIMIT 1`).catch((error: { code?: string }) => error);
      if (Array.isArray(rows)) readable.push(relation);
      else expect([relation, rows]).toEqual([relation, expect.objectContaining({ code: '42501' })]);
    }
    expect(readable.sort()).toEqual([...relations].sort());
  });

  it('writes nothing, not even through what it reads, and makes nothing', async () => {
    const denied = { code: '42501' };
    for (const relation of relations) {
      await expect(as(`DELETE FROM ${relation}`)).rejects.toMatchObject(denied);
      await expect(as(`UPDATE ${relation} SET position = 0`)).rejects.toMatchObject(denied);
      await expect(as(`INSERT INTO ${relation} (position) VALUES (1)`)).rejects.toMatchObject(denied);
      await expect(as(`SELECT * FROM ${relation} FOR UPDATE`)).rejects.toMatchObject(denied);
    }
    for (const schema of new Set(all.map((relation) => relation.split('.')[0] ?? '')))
      await expect(as(`CREATE TABLE ${schema}.mine (x int)`)).rejects.toMatchObject(denied);
  });

  it('is the only one beside the owner that may connect', async () => {
    const other = await freshDatabase('catalog'); // Its role exists from then on.
    await expect(withClient(database.urlFor('catalog'), async () => undefined)).rejects.toMatchObject({ code: '42501' });
    await other.drop();
  });
});
