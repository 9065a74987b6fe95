import type { Duration } from '../duration';
import { milliseconds } from '../duration';

/** How often a message that must be answered is sent. Each attempt waits `factor` times longer, at most `longest`. */
export interface RetryOptions {
  /** Sends in all, the first included. Default 5. */
  readonly attempts?: number;
  /** Default 2. */
  readonly factor?: number;
  /** Default 5 minutes. */
  readonly longest?: Duration;
}

export interface RetryRule {
  readonly attempts: number;
  readonly factor: number;
  readonly longestMs: number;
}

export const DEFAULT_DEADLINE_MS = 30_000;

export function retryRule({ attempts = 5, factor = 2, longest = '5m' }: RetryOptions = {}): RetryRule {
  if (!Number.isInteger(attempts) || attempts < 1)
    throw new TypeError(`A message is sent at least once, not ${attempts} times`);
  if (!(factor >= 1)) throw new TypeError(`A wait grows by a factor of at least 1, not ${factor}`);
  return { attempts, factor, longestMs: milliseconds(longest) };
}

/** How long attempt 1, 2, ... waits for its answer, in milliseconds: the back-off is in the waiting itself. */
export function waitOf(attempt: number, { deadlineMs, retry }: { deadlineMs: number; retry: RetryRule }): number {
  const grown = deadlineMs * retry.factor ** (attempt - 1);
  return Math.max(deadlineMs, Math.min(Math.round(grown), retry.longestMs));
}
