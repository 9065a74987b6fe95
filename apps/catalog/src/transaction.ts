import type { PrismaTransaction } from '@comptoir/messaging';
import type { Prisma } from './generated/prisma/client';

/** Catalog writes seldom and reads by Prisma: typed writes are worth more here than the last microsecond. */
export type CatalogTransaction = PrismaTransaction<Prisma.TransactionClient>;
