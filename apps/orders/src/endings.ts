import type { Ended } from './order';

/** How long an end is remembered. An order that was placed and ended within this time needs no look at the database. */
const KEPT_MS = 10_000;
/** Clocks of processes that place and end orders may differ this much. */
const CLOCK_SKEW_MS = 1_000;

interface Waiter {
  readonly resolve: (ended: Ended | undefined) => void;
}

export interface EndingsOptions {
  /** Reads which of these orders have ended. */
  readonly readEnded: (orderIds: readonly string[]) => Promise<readonly Ended[]>;
  /** Milliseconds since the epoch. */
  readonly now?: () => number;
}

/**
 * Waits for orders to end. Ends are told by notifications (`EndingsListener`), whichever process of the service brought
 * them about. The database is read only for an order that may have ended before anybody listened: nothing polls.
 */
export class Endings {
  private readonly waiters = new Map<string, Set<Waiter>>();
  /** Insertion order is time order. */
  private readonly recent = new Map<string, { readonly ended: Ended; readonly at: number }>();
  private listeningSince: number | undefined;
  private closed = false;
  private readonly now: () => number;

  constructor(private readonly options: EndingsOptions) {
    this.now = options.now ?? Date.now;
  }

  /** Resolves when the order ends, or with `undefined` when the time is up or the signal aborts. Does not reject. */
  wait(orderId: string, forMs: number, signal: AbortSignal): Promise<Ended | undefined> {
    const known = this.recent.get(orderId);
    if (known) return Promise.resolve(known.ended);
    if (this.closed || signal.aborted) return Promise.resolve(undefined);
    return new Promise((resolve) => {
      const giveUp = () => waiter.resolve(undefined);
      const timer = setTimeout(giveUp, forMs);
      signal.addEventListener('abort', giveUp, { once: true });
      const waiter: Waiter = {
        resolve: (ended) => {
          clearTimeout(timer);
          signal.removeEventListener('abort', giveUp);
          this.remove(orderId, waiter);
          resolve(ended);
        },
      };
      this.add(orderId, waiter);
      if (!this.wouldHaveHeard(orderId)) void this.look([orderId]);
    });
  }

  /** Orders ended; whoever waits for them hears of it. */
  ended(orders: readonly Ended[]): void {
    const now = this.now();
    for (const [orderId, { at }] of this.recent) {
      if (at > now - KEPT_MS) break;
      this.recent.delete(orderId);
    }
    for (const ended of orders) {
      this.recent.delete(ended.orderId);
      this.recent.set(ended.orderId, { ended, at: now });
      for (const waiter of this.waiters.get(ended.orderId) ?? []) waiter.resolve(ended);
    }
  }

  /** Notifications arrive from now on; what was missed before is looked up at once. */
  async listening(): Promise<void> {
    this.listeningSince = this.now();
    await this.look([...this.waiters.keys()]);
  }

  notListening(): void {
    this.listeningSince = undefined;
  }

  /** Nobody waits any longer; they are told that their orders are still open. */
  close(): void {
    this.closed = true;
    for (const waiters of [...this.waiters.values()]) for (const waiter of waiters) waiter.resolve(undefined);
  }

  /** How many requests wait. */
  get waiting(): number {
    let count = 0;
    for (const waiters of this.waiters.values()) count += waiters.size;
    return count;
  }

  /** True when the order's end, had it come, would be among the recent ones. An order's id says when it was placed. */
  private wouldHaveHeard(orderId: string): boolean {
    const placedAt = timeOf(orderId);
    return (
      this.listeningSince !== undefined &&
      placedAt > this.listeningSince + CLOCK_SKEW_MS &&
      placedAt > this.now() - KEPT_MS + 2 * CLOCK_SKEW_MS
    );
  }

  private async look(orderIds: readonly string[]): Promise<void> {
    if (orderIds.length === 0) return;
    // Where the database cannot be read the connection that listens is gone too, and all waiters are looked up again.
    const ended = await this.options.readEnded(orderIds).catch(() => []);
    this.ended(ended);
  }

  private add(orderId: string, waiter: Waiter): void {
    const waiters = this.waiters.get(orderId);
    if (waiters) waiters.add(waiter);
    else this.waiters.set(orderId, new Set([waiter]));
  }

  private remove(orderId: string, waiter: Waiter): void {
    const waiters = this.waiters.get(orderId);
    waiters?.delete(waiter);
    if (waiters?.size === 0) this.waiters.delete(orderId);
  }
}

/** A UUIDv7 begins with 48 bits of milliseconds since the epoch (RFC 9562, 5.7). */
const timeOf = (uuid: string) => parseInt(uuid.slice(0, 8) + uuid.slice(9, 13), 16);
