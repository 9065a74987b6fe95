import { Problem } from '@comptoir/platform';

/** A count this old is good enough while it admits; before an order is refused it is taken again. */
const FRESH_MS = 200;
/** A count this old says nothing any more: it is awaited. */
const STALE_MS = 2_000;
const RETRY_AFTER_SECONDS = 1;

export interface OpenOrdersOptions {
  readonly limit: number;
  /** Counts the open orders of all processes, no further than the limit. */
  readonly count: () => Promise<number>;
  /** Milliseconds, of any epoch. */
  readonly now?: () => number;
}

/**
 * Keeps the number of open orders below a limit, so that a backlog becomes an answer to the caller (503, Retry-After)
 * instead of a longer wait for everybody. Open are: those counted, those placed since, and those being placed now. With
 * several processes the limit may be passed by what they place between two counts.
 */
export class OpenOrders {
  private counted = 0;
  private countedAt = -Infinity;
  private placedSince = 0;
  private placing = 0;
  private counting: Promise<void> | undefined;
  private readonly now: () => number;

  constructor(private readonly options: OpenOrdersOptions) {
    this.now = options.now ?? (() => performance.now());
  }

  /** Runs `place`, or throws a 503 problem when too many orders are open. */
  async admit<T>(place: () => Promise<T>): Promise<T> {
    const age = this.now() - this.countedAt;
    if (age > FRESH_MS) {
      const counting = this.recount();
      if (age > STALE_MS || this.isFull) await counting;
    }
    if (this.isFull) throw tooManyOpen(this.options.limit);
    this.placing += 1;
    try {
      const placed = await place();
      this.placedSince += 1;
      return placed;
    } finally {
      this.placing -= 1;
    }
  }

  private get isFull(): boolean {
    return this.counted + this.placedSince + this.placing >= this.options.limit;
  }

  /** One count at a time. One that fails changes nothing: placing will find out what is wrong. */
  private recount(): Promise<void> {
    this.counting ??= this.count().finally(() => (this.counting = undefined));
    return this.counting;
  }

  private async count(): Promise<void> {
    const before = this.placedSince;
    try {
      const open = await this.options.count();
      this.counted = open;
      // What was placed while counting may be counted twice until the next time; none is missed.
      this.placedSince -= before;
      this.countedAt = this.now();
    } catch {
      return;
    }
  }
}

const tooManyOpen = (limit: number) =>
  new Problem({
    status: 503,
    code: 'too-many-open-orders',
    title: 'Too many orders are open',
    detail: `${limit} orders are being worked on already; try again in a moment`,
    headers: { 'retry-after': String(RETRY_AFTER_SECONDS) },
  });
