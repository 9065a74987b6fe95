import { CommitOutcomeUnknown, RetryNow } from './errors';

/**
 * What to do about a batch that threw.
 * - `again`: another transaction was in the way; the whole batch runs again at once and counts no attempt.
 * - `wait`: the database cannot serve now; the same, after a pause.
 * - `isolate`: a message of the batch is at fault; each is handled alone, and those that fail alone are retried later.
 */
export type FailureKind = 'again' | 'wait' | 'isolate';

/** SQLSTATE classes and codes: PostgreSQL documentation, appendix A. */
const AGAIN = ['40', '55P03'];
const WAIT = ['08', '53', '57P'];
const NETWORK = /^(ECONNREFUSED|ECONNRESET|ECONNABORTED|EPIPE|ETIMEDOUT|ENOTFOUND|EAI_AGAIN|EHOSTUNREACH)$/;
/** pg and Prisma report a lost or missing connection in words only. */
const LOST =
  /connection terminated|timeout exceeded when trying to connect|connection ended|client has encountered a connection error|can't reach database server|server has closed the connection|unable to start a transaction in the given time/i;

export function classify(error: unknown): FailureKind {
  if (error instanceof RetryNow) return 'again';
  if (error instanceof CommitOutcomeUnknown) return 'wait';
  for (const code of codesOf(error)) {
    if (AGAIN.some((prefix) => code.startsWith(prefix))) return 'again';
    if (WAIT.some((prefix) => code.startsWith(prefix)) || NETWORK.test(code)) return 'wait';
  }
  return error instanceof Error && LOST.test(error.message) ? 'wait' : 'isolate';
}

/** SQLSTATEs and system error codes, wherever the driver, Prisma or an AggregateError put them. */
function codesOf(error: unknown, depth = 0): string[] {
  if (typeof error !== 'object' || error === null || depth > 4) return [];
  const { code, originalCode, cause, meta, driverAdapterError, errors } = error as Record<string, unknown>;
  const own = [code, originalCode].filter((value) => typeof value === 'string');
  const nested = [cause, meta, driverAdapterError, ...(Array.isArray(errors) ? errors : [])];
  return [...own, ...nested.flatMap((each) => codesOf(each, depth + 1))];
}

/** The pause before the nth try (from 1), in milliseconds: doubling from 50 ms to 5 s. */
export const pauseBefore = (nth: number) => Math.min(5_000, 50 * 2 ** (nth - 1));
