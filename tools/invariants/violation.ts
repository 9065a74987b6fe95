/** What must always be true once no work is in flight. The names are what people see. */
export const INVARIANTS = [
  'stock-conserved',
  'nothing-negative',
  'reservations-match-stock',
  'receipts-match-stock',
  'returns-match-stock',
  'returned-were-sold',
  'captured-once',
  'captured-equals-completed',
  'gateway-matches-payments',
  'refunds-within-captured',
  'refunds-match-gateway',
  'every-refund-one-end',
  'refund-matches-return',
  'every-order-one-ended-saga',
  'order-matches-saga',
  'choreographed-orders-ended',
  'stock-matches-order',
  'carts-match-orders',
  'claims-as-kept',
  'no-refund-under-way',
  'outbox-empty',
  'no-attempts-left',
  'queues-empty',
  'dead-letters-expected',
] as const;
export type Invariant = (typeof INVARIANTS)[number];

export interface Violation {
  readonly invariant: Invariant;
  /** How many rows, orders or queues break it. */
  readonly count: number;
  /** The first few, with their ids. */
  readonly examples: readonly string[];
}

const EXAMPLES = 5;

/** Collects violations: counts all of them, keeps the first few of each kind. */
export class Violations {
  private readonly found = new Map<Invariant, { count: number; examples: string[] }>();

  add(invariant: Invariant, example: string, count = 1): void {
    const entry = this.found.get(invariant) ?? { count: 0, examples: [] };
    entry.count += count;
    if (entry.examples.length < EXAMPLES) entry.examples.push(example);
    this.found.set(invariant, entry);
  }

  /** In the order of `INVARIANTS`. */
  list(): readonly Violation[] {
    return INVARIANTS.flatMap((invariant) => {
      const entry = this.found.get(invariant);
      return entry ? [{ invariant, ...entry }] : [];
    });
  }
}
