import { prismaUnitOfWork, statement, type UnitOfWork } from '@comptoir/messaging';
import { unitOfWorkContract } from '@comptoir/messaging/testing';
import { freshDatabase, type FreshDatabase } from '@comptoir/testing';
import { PrismaPg } from '@prisma/adapter-pg';
import { Pool } from 'pg';
import { PrismaClient } from './generated/prisma/client';
import type { CatalogTransaction } from './transaction';

// The library has no Prisma client of its own: catalog's passes its contract.
let database: FreshDatabase;
let admin: Pool;
let prisma: PrismaClient;
let unitOfWork: UnitOfWork<CatalogTransaction>;

beforeAll(async () => {
  database = await freshDatabase('catalog');
  admin = new Pool({ connectionString: database.adminUrl, max: 2 });
  await admin.query('CREATE TABLE messaging.scratch (key text PRIMARY KEY, value int); GRANT ALL ON messaging.scratch TO PUBLIC');
  prisma = new PrismaClient({ adapter: new PrismaPg({ connectionString: database.url, max: 25 }) });
  unitOfWork = prismaUnitOfWork(prisma);
});
afterAll(async () => {
  await prisma?.$disconnect();
  await admin?.end();
  await database?.drop();
});

const put = statement('scratch-put', 'INSERT INTO messaging.scratch (key, value) VALUES ($1, $2)');

unitOfWorkContract('Prisma', { concurrent: true }, async () => {
  for (const table of ['inbox', 'outbox', 'stream', 'attempt', 'request', 'scratch']) await admin.query(`DELETE FROM messaging.${table}`);
  return {
    unitOfWork,
    write: async (tx, key, value) => void (await put(tx, key, value)),
    async read(key) {
      const { rows } = await admin.query<{ value: number }>('SELECT value FROM messaging.scratch WHERE key = $1', [key]);
      return rows[0]?.value;
    },
    close: async () => {},
  };
});

it('typed writes and the library share one transaction', async () => {
  const failed = unitOfWork.run(async (tx) => {
    await tx.prisma.$executeRawUnsafe(`INSERT INTO messaging.scratch VALUES ('typed', 1)`);
    await unitOfWork.store.claim(tx, 'one', ['00000000-0000-7000-8000-0000000000aa']);
    throw new Error('no');
  });
  await expect(failed).rejects.toThrow('no');
  const { rows } = await admin.query(`SELECT key FROM messaging.scratch WHERE key = 'typed'`);
  expect(rows).toEqual([]);
});
