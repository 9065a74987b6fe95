import { Client } from 'pg';
import { freshDatabase, type FreshDatabase } from './fresh-database';

const open: FreshDatabase[] = [];
const fresh = async (...args: Parameters<typeof freshDatabase>) => {
  const database = await freshDatabase(...args);
  open.push(database);
  return database;
};
afterEach(async () => {
  await Promise.all(open.splice(0).map((database) => database.drop()));
});

async function query<Row extends object>(url: string, text: string): Promise<Row[]> {
  const client = new Client({ connectionString: url });
  await client.connect();
  try {
    return (await client.query<Row>(text)).rows;
  } finally {
    await client.end();
  }
}

test("the service's role reads and writes the rows of its schemas", async () => {
  const { url } = await fresh('inventory');
  await query(url, `INSERT INTO messaging.stream (stream, version) VALUES ('stock-1', 3)`);
  expect(await query(url, 'SELECT * FROM messaging.stream')).toEqual([{ stream: 'stock-1', version: 3 }]);
});

test('the role may not change tables, nor see the migrations', async () => {
  const { url } = await fresh('inventory');
  await expect(query(url, 'DROP TABLE messaging.stream')).rejects.toMatchObject({ code: '42501' });
  await expect(query(url, 'CREATE TABLE messaging.mine ()')).rejects.toMatchObject({ code: '42501' });
  await expect(query(url, 'SELECT * FROM messaging._prisma_migrations')).rejects.toMatchObject({ code: '42501' });
});

test("the role cannot reach another service's database", async () => {
  const [inventory, payments] = await Promise.all([fresh('inventory'), fresh('payments', ['messaging'])]);
  const trespass = new URL(inventory.url);
  trespass.pathname = new URL(payments.url).pathname;
  await expect(query(trespass.toString(), 'SELECT 1')).rejects.toMatchObject({ code: '42501' });
});

test('two clones of one template share nothing', async () => {
  const [one, other] = await Promise.all([fresh('ledger', ['messaging']), fresh('ledger', ['messaging'])]);
  await query(one.url, `INSERT INTO messaging.stream (stream, version) VALUES ('a', 1)`);
  expect(await query(other.url, 'SELECT * FROM messaging.stream')).toEqual([]);
});

test('a dropped database is gone, even while somebody is connected', async () => {
  const { adminUrl, drop } = await fresh('ledger', ['messaging']);
  const client = new Client({ connectionString: adminUrl });
  client.on('error', () => undefined);
  await client.connect();
  await drop();
  await expect(query(adminUrl, 'SELECT 1')).rejects.toMatchObject({ code: '3D000' });
  await client.end().catch(() => undefined);
});

test('says what to do about a name that is not in the map', async () => {
  await expect(freshDatabase('nowhere')).rejects.toThrow('name the owners');
});
