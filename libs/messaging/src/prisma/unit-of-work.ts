import { CommitOutcomeUnknown } from '../errors';
import { sqlMessageStore } from '../sql/message-store';
import type { SqlTransaction, Statement, UnitOfWork } from '../unit-of-work';

/** The part of a generated Prisma client that the unit of work needs. */
export interface PrismaLike<Client> {
  $transaction<T>(work: (client: Client) => Promise<T>, options: { maxWait: number; timeout: number }): Promise<T>;
}

interface RawQueries {
  $queryRawUnsafe<T>(query: string, ...values: unknown[]): Promise<T>;
}

/** A Prisma interactive transaction: typed writes by `prisma`, the library's SQL by `query`. */
export interface PrismaTransaction<Client> extends SqlTransaction {
  readonly prisma: Client;
}

/** Above the session's statement_timeout, so that the database decides, not Prisma (whose late statements would run on). */
const TIMEOUT_MS = 30_000;
const MAX_WAIT_MS = 5_000;

/** Transactions of a Prisma client over a driver adapter. READ COMMITTED. */
export function prismaUnitOfWork<Client extends RawQueries>(
  prisma: PrismaLike<Client>,
): UnitOfWork<PrismaTransaction<Client>> {
  return {
    store: sqlMessageStore,
    async run(work) {
      let worked = false;
      try {
        return await prisma.$transaction(
          async (client) => {
            const pending: Promise<unknown>[] = [];
            const result = await work({
              prisma: client,
              query<Row>(statement: Statement, values: readonly unknown[]) {
                const sent = client.$queryRawUnsafe<Row[]>(statement.text, ...values);
                pending.push(sent);
                sent.catch(() => undefined);
                return sent;
              },
            });
            await Promise.all(pending);
            worked = true;
            return result;
          },
          { maxWait: MAX_WAIT_MS, timeout: TIMEOUT_MS },
        );
      } catch (error) {
        if (worked) throw new CommitOutcomeUnknown('The transaction ended without a word', { cause: String(error) });
        throw error;
      }
    },
  };
}
