/** How many by reason. */
export type Counts = ReadonlyMap<string, number>;

class Counter {
  readonly counts = new Map<string, number>();
  add(reason: string, count = 1): void {
    this.counts.set(reason, (this.counts.get(reason) ?? 0) + count);
  }
  get total(): number {
    return [...this.counts.values()].reduce((sum, count) => sum + count, 0);
  }
}

/** How an order ended, or why it did not become one. */
export type Outcome =
  | { readonly kind: 'completed'; readonly orderId: string }
  | { readonly kind: 'cancelled'; readonly orderId: string; readonly reason: string }
  /** A service did not take it. */
  | { readonly kind: 'refused'; readonly reason: string }
  /** It has not ended in time. */
  | { readonly kind: 'open'; readonly orderId: string }
  /** The run was stopped before, or while, it was placed. */
  | { readonly kind: 'interrupted' };

/** How a claim of a return ended, or why there is none. Amounts in minor units. */
export type ClaimOutcome =
  | { readonly kind: 'settled'; readonly claimId: string; readonly amount: number }
  /** Not taken, or rejected once it was known why it could not be settled. */
  | { readonly kind: 'refused'; readonly claimId?: string; readonly reason: string }
  | { readonly kind: 'open'; readonly claimId: string }
  | { readonly kind: 'interrupted' };

/** Accounts for every line and every invoice of the file: each stands in exactly one place. */
export class Tally {
  lines = 0;
  invoices = 0;
  linesOrdered = 0;
  readonly linesNotStock = new Counter();
  /** Lines of invoices that are no orders. */
  readonly linesNotPlaced = new Counter();
  readonly notPlaced = new Counter();
  completed = 0;
  readonly cancelled = new Counter();
  readonly refused = new Counter();
  open = 0;
  interrupted = 0;
  /** Among those that ended or are open: orders of an earlier run, found again. */
  placedBefore = 0;
  /** Invoices that are returns: each is one claim or several, or has lines that no claim can be made of. */
  returns = 0;
  linesReturned = 0;
  /** Of the returns: all their claims have ended. */
  returnsEnded = 0;
  readonly claims = { settled: 0, open: 0, interrupted: 0, amount: 0 };
  readonly claimsRefused = new Counter();

  invoiceRead(lines: number): void {
    this.invoices++;
    this.lines += lines;
  }

  invoiceNotPlaced(reason: string, lines: number): void {
    this.notPlaced.add(reason);
    this.linesNotPlaced.add(reason, lines);
  }

  invoicePlaced(lines: number, notStock: readonly { reason: string }[]): void {
    this.linesOrdered += lines - notStock.length;
    for (const { reason } of notStock) this.linesNotStock.add(reason);
  }

  invoiceReturned(lines: number, notStock: readonly { reason: string }[]): void {
    this.returns++;
    this.linesReturned += lines - notStock.length;
    for (const { reason } of notStock) this.linesNotStock.add(reason);
  }

  claimEnded(outcome: ClaimOutcome): void {
    if (outcome.kind === 'refused') this.claimsRefused.add(kindOf(outcome.reason));
    else this.claims[outcome.kind]++;
    if (outcome.kind === 'settled') this.claims.amount += outcome.amount;
  }

  ended(outcome: Outcome): void {
    if (outcome.kind === 'completed') this.completed++;
    else if (outcome.kind === 'cancelled') this.cancelled.add(kindOf(outcome.reason));
    else if (outcome.kind === 'refused') this.refused.add(outcome.reason);
    else if (outcome.kind === 'open') this.open++;
    else this.interrupted++;
  }

  get orders(): number {
    return this.completed + this.cancelled.total + this.refused.total + this.open + this.interrupted;
  }

  /** What does not add up; nothing when all does. `file` is what another reading of the file counted. */
  differences(file: { readonly lines: number; readonly invoices: number }): string[] {
    const same = (what: string, a: number, b: number) => (a === b ? [] : [`${what}: ${a} are not ${b}`]);
    return [
      ...same('lines of the second reading and of the first', this.lines, file.lines),
      ...same('invoices of the second reading and of the first', this.invoices, file.invoices),
      ...same('invoices placed, returned and not placed, and all', this.orders + this.returns + this.notPlaced.total, this.invoices),
      ...same(
        'lines ordered, returned, not stock and not placed, and all',
        this.linesOrdered + this.linesReturned + this.linesNotStock.total + this.linesNotPlaced.total,
        this.lines,
      ),
    ];
  }
}

/** `out-of-stock: 85123A (6 wanted, 2 left)` is counted as `out-of-stock`. */
const kindOf = (reason: string) => reason.split(':', 1)[0] ?? reason;
