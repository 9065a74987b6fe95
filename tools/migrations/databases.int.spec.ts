import { randomBytes } from 'node:crypto';
import { servers } from '@comptoir/testing';
import { historyOf } from './history';
import { buildTemplate, migrateDatabase } from './databases';
import { applyHistories } from './apply';
import { databaseAt, exclusively, withClient } from './sql';

const database = `tools-${randomBytes(6).toString('hex')}`;
const plan = { database, role: 'ledger', owners: ['messaging'] };
const migrate = () => exclusively(servers().databaseUrl, (admin) => migrateDatabase(admin, servers().databaseUrl, plan));

afterAll(() =>
  withClient(servers().databaseUrl, async (admin) => {
    await admin.query(`DROP DATABASE IF EXISTS "${database}" WITH (FORCE)`);
    await admin.query(`ALTER DATABASE "template-${database}" IS_TEMPLATE false`);
    await admin.query(`DROP DATABASE IF EXISTS "template-${database}" WITH (FORCE)`);
  }),
);

test('creates and migrates once, whoever else does the same at the same time', async () => {
  const applied = await Promise.all([migrate(), migrate()]);
  expect(applied.sort()).toEqual([0, historyOf('messaging').migrations.length]);
});

test("keeps each owner's history in its own schema, as Prisma does", async () => {
  const { migrations } = historyOf('messaging');
  const rows = await withClient(databaseAt(servers().databaseUrl, database), (client) =>
    client.query<{ name: string; checksum: string }>(
      'SELECT migration_name AS name, checksum FROM messaging._prisma_migrations ORDER BY migration_name',
    ),
  );
  expect(rows.rows).toEqual(migrations.map(({ name, checksum }) => ({ name, checksum })));
});

test('refuses a migration that was changed after it had been applied', async () => {
  const { migrations, ...history } = historyOf('messaging');
  const changed = migrations.map((migration, index) => (index === 0 ? { ...migration, checksum: 'edited' } : migration));
  const url = databaseAt(servers().databaseUrl, database);
  await expect(withClient(url, (client) => applyHistories(client, url, [{ ...history, migrations: changed }]))).rejects.toMatchObject({
    code: 'migration-changed',
  });
});

test('says which schema a broken migration is of, and what is wrong with it', async () => {
  const url = databaseAt(servers().databaseUrl, database);
  const broken = { owner: 'broken', baseDir: '/nowhere', lockfile: 'provider = "postgresql"', migrations: [{ name: '1_x', sql: 'CREATE TABEL x', checksum: 'x' }] };
  await expect(withClient(url, (client) => applyHistories(client, url, [broken]))).rejects.toThrow(/"broken"[\s\S]*syntax error/);
});

test('a template can be cloned while nobody can connect to it, and is built once', async () => {
  const template = `template-${database}`;
  const build = () =>
    exclusively(servers().databaseUrl, (admin) =>
      buildTemplate(admin, servers().databaseUrl, { template, role: 'ledger', owners: ['messaging'] }),
    );
  await Promise.all([build(), build()]);
  await expect(withClient(databaseAt(servers().databaseUrl, template), async () => undefined)).rejects.toMatchObject({ code: '55000' });
});
