import type { StockLine } from '@comptoir/contracts/inventory';

/** What an order wants, as it came: a SKU may stand in several lines. */
export interface Wanted {
  readonly orderId: string;
  readonly lines: readonly StockLine[];
}

export interface Shortage {
  readonly sku: string;
  readonly requested: number;
  readonly available: number;
}

/** What becomes of an order's wish: all of its lines, or none. */
export type Decision =
  | { readonly state: 'reserved'; readonly orderId: string; readonly lines: readonly StockLine[] }
  | {
      readonly state: 'rejected';
      readonly orderId: string;
      readonly lines: readonly StockLine[];
      readonly reason: 'out-of-stock' | 'unknown-sku';
      readonly shortages: readonly Shortage[];
    };

/** Units by SKU. */
export type Units = ReadonlyMap<string, number>;

/**
 * Serves orders in the sequence they arrived: an order takes all it wants, or nothing and leaves it to those behind.
 * `available` names every SKU that exists; `taken` is what to subtract from it.
 */
export function reserve(available: Units, orders: readonly Wanted[]): { decisions: readonly Decision[]; taken: Units } {
  const left = new Map(available);
  const taken = new Map<string, number>();
  const decisions = orders.map(({ orderId, lines: wanted }): Decision => {
    const lines = combine(wanted);
    const shortages = lines.filter((line) => (left.get(line.sku) ?? 0) < line.quantity).map((line) => shortage(line, left));
    if (shortages.length > 0) {
      const reason = lines.some(({ sku }) => !left.has(sku)) ? 'unknown-sku' : 'out-of-stock';
      return { state: 'rejected', orderId, lines, reason, shortages };
    }
    for (const { sku, quantity } of lines) {
      left.set(sku, (left.get(sku) ?? 0) - quantity);
      taken.set(sku, (taken.get(sku) ?? 0) + quantity);
    }
    return { state: 'reserved', orderId, lines };
  });
  return { decisions, taken };
}

const shortage = ({ sku, quantity }: StockLine, left: Units): Shortage => ({
  sku,
  requested: quantity,
  available: left.get(sku) ?? 0,
});

/** Each SKU once, in the order of their first line. */
export function combine(lines: readonly StockLine[]): readonly StockLine[] {
  if (lines.length === 1) return lines;
  const units = unitsOf(lines);
  return units.size === lines.length ? lines : [...units].map(([sku, quantity]) => ({ sku, quantity }));
}

/** The units of all lines, by SKU. Absurd quantities add up to the largest number that JSON carries exactly. */
export function unitsOf(lines: Iterable<StockLine>): Map<string, number> {
  const units = new Map<string, number>();
  for (const { sku, quantity } of lines)
    units.set(sku, Math.min((units.get(sku) ?? 0) + quantity, Number.MAX_SAFE_INTEGER));
  return units;
}
