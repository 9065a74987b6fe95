import type { Money } from '@comptoir/contracts';
import type { PricedLine } from '@comptoir/contracts/carts';
import type { OrderContext, RefundLine } from '@comptoir/contracts/claims';
import { orderedOf } from './compare';
import { ClaimRefused } from './refusal';

/** What a person grants for one product. */
export interface Granted {
  readonly sku: string;
  readonly quantity: number;
  /** Minor units for the whole line. Default: what so many units cost. */
  readonly amount?: number;
  /** Default: the goods come back. */
  readonly restock?: boolean;
}

/**
 * The lines of a refund and their sum, by the order as its owner knows it. Throws `ClaimRefused` for what was not ordered,
 * for more than was ordered or paid, for a product that comes twice, and for a refund of nothing.
 */
export function refundOf(granted: readonly Granted[], order: OrderContext): { lines: RefundLine[]; total: Money } {
  const seen = new Set<string>();
  const lines = granted.map((each) => {
    const { sku, quantity, restock = true } = each;
    const refuse = (message: string) => new ClaimRefused('refund-lines-refused', message, { sku });
    if (seen.has(sku)) throw refuse(`${sku} comes twice; put its units into one line`);
    seen.add(sku);
    const ordered = orderedOf(order, sku);
    if (ordered === 0) throw refuse(`${sku} is not in the order`);
    if (quantity > ordered) throw refuse(`${quantity} of ${sku} are more than the ${ordered} that were ordered`);
    const [least, most] = worthOf(order.lines ?? [], sku, quantity);
    const { amount = least } = each;
    if (amount > most) throw refuse(`${amount} is more than the ${most} that ${quantity} of ${sku} cost`);
    return { sku, quantity, amount, restock };
  });
  const amount = lines.reduce((sum, line) => sum + line.amount, 0);
  if (amount === 0 || !order.total) throw new ClaimRefused('refund-lines-refused', 'Nothing would be given back');
  return { lines, total: { amount, currency: order.total.currency } };
}

/** What so many units cost, at least and at most: a product may have been sold at several prices in one order. */
function worthOf(ordered: readonly PricedLine[], sku: string, quantity: number): readonly [least: number, most: number] {
  const dearest = ordered.filter((line) => line.sku === sku).sort((a, b) => b.unitPrice - a.unitPrice);
  return [worth([...dearest].reverse(), quantity), worth(dearest, quantity)];
}

function worth(lines: readonly PricedLine[], quantity: number): number {
  let left = quantity;
  return lines.reduce((sum, line) => {
    const units = Math.min(left, line.quantity);
    left -= units;
    return sum + units * line.unitPrice;
  }, 0);
}
