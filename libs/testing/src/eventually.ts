import { setTimeout as delay } from 'node:timers/promises';

export interface EventuallyOptions {
  /** Default 10 s: much longer than anything takes, so that it passes on a busy machine too. */
  readonly timeoutMs?: number;
  /** Default 20 ms. */
  readonly intervalMs?: number;
}

/**
 * Repeats an assertion until it holds and returns what it returned; after the time limit it throws the last failure.
 * Tests wait for a condition with it, never for a time.
 */
export async function eventually<T>(assertion: () => T | Promise<T>, options: EventuallyOptions = {}): Promise<T> {
  const { timeoutMs = 10_000, intervalMs = 20 } = options;
  const deadline = performance.now() + timeoutMs;
  for (;;) {
    try {
      return await assertion();
    } catch (error) {
      if (performance.now() >= deadline) throw tooLate(error, timeoutMs);
    }
    await delay(intervalMs);
  }
}

/** Keeps the failure itself (Jest shows its difference) and says how long was waited. */
function tooLate(error: unknown, timeoutMs: number): unknown {
  if (error instanceof Error) error.message += `\n\n(still so after ${timeoutMs} ms)`;
  return error;
}
