import type { RefundLine } from '@comptoir/contracts/claims';
import type { StockLine } from '@comptoir/contracts/inventory';
import type { Reservation } from '../reservation';
import { combine, unitsOf } from '../stock';
import { NotSoldYet } from './errors';
import type { GoodsReturn, ReturnIds, ReturnRefusal } from './goods-return';

/** Units of one SKU of an order that are back in stock. */
export interface ReturnedUnits {
  /** By returns that stand. */
  readonly returned: number;
  /** By returns that were reversed when the units had been sold on: they count for the order's next return. */
  readonly kept: number;
}

/** By SKU. */
export type OrderReturns = ReadonlyMap<string, ReturnedUnits>;

/** What is known of an order's goods and of one return of some of them, under the lock of the order's reservation. */
export interface ReturnEntry {
  readonly reservation: Pick<Reservation, 'state' | 'lines'> | undefined;
  readonly goods: GoodsReturn | undefined;
  readonly back: OrderReturns;
}

/** The same after a rule. What has not changed is the same object. */
export interface ReturnSettled {
  readonly goods: GoodsReturn;
  readonly back: OrderReturns;
  /** Units that come into stock by SKU; negative: that go out of it. */
  readonly moved: ReadonlyMap<string, number>;
}

export interface Calculated extends ReturnIds {
  readonly lines: readonly RefundLine[];
}

const NOTHING: ReturnedUnits = { returned: 0, kept: 0 };
const unmoved: ReadonlyMap<string, number> = new Map();

/**
 * RefundCalculated: what is to be restocked comes back, never more than the order bought and has not returned. `lastLook`:
 * an order whose goods are still reserved is refused; else `NotSoldYet` is thrown, for its sale may be on its way.
 */
export function takeBack(entry: ReturnEntry, refund: Calculated, lastLook: boolean): ReturnSettled {
  const { reservation, goods, back } = entry;
  if (goods) return { goods, back, moved: unmoved };
  const { refundId, claimId, orderId } = refund;
  const lines = combine(refund.lines.flatMap(({ sku, quantity, restock }) => (restock ? [{ sku, quantity }] : [])));
  const base = { refundId, claimId, orderId, lines, reversed: null };
  const refused = (reason: ReturnRefusal, detail: string): ReturnSettled => ({ goods: { ...base, state: 'refused', reason, detail }, back, moved: unmoved });
  if (reservation?.state === 'reserved' && !lastLook) throw new NotSoldYet({ orderId, refundId });
  if (reservation?.state !== 'sold') return refused('not-sold', `the order’s stock is ${reservation?.state ?? 'missing'}`);
  const excess = excessOf(lines, reservation.lines, back);
  if (excess) return refused('more-than-sold', excess);

  const next = new Map(back);
  const moved = new Map<string, number>();
  for (const { sku, quantity } of lines) {
    const { returned, kept } = back.get(sku) ?? NOTHING;
    const there = Math.min(kept, quantity);
    next.set(sku, { returned: returned + quantity, kept: kept - there });
    moved.set(sku, quantity - there);
  }
  return { goods: { ...base, state: 'returned', reason: null, detail: null }, back: next, moved };
}

function excessOf(lines: readonly StockLine[], bought: readonly StockLine[], back: OrderReturns): string | undefined {
  const sold = unitsOf(bought);
  for (const { sku, quantity } of lines) {
    const left = (sold.get(sku) ?? 0) - (back.get(sku) ?? NOTHING).returned;
    if (quantity > left) return `${quantity} of ${sku} to be returned, ${left} sold and not returned`;
  }
  return undefined;
}

/**
 * RefundFailed: what came back goes out again, to the customer it still belongs to. Units that have been sold on meanwhile
 * cannot: they stay in the books as `kept`, and the order's next return counts them as there already. `available` is units
 * by SKU. A return that has not come yet is void from now on.
 */
export function reverse(entry: ReturnEntry, ids: ReturnIds, reason: string, available: ReadonlyMap<string, number>): ReturnSettled {
  const { goods, back } = entry;
  if (!goods) return { goods: voided(ids, reason), back, moved: unmoved };
  if (goods.state !== 'returned') return { goods, back, moved: unmoved };
  const next = new Map(back);
  const moved = new Map<string, number>();
  const reversed = goods.lines.flatMap(({ sku, quantity }) => {
    const { returned, kept } = back.get(sku) ?? NOTHING;
    const out = Math.min(quantity, available.get(sku) ?? 0);
    next.set(sku, { returned: returned - quantity, kept: kept + quantity - out });
    moved.set(sku, -out);
    return out > 0 ? [{ sku, quantity: out }] : [];
  });
  return { goods: { ...goods, state: 'reversed', reversed, reason }, back: next, moved };
}

const voided = ({ refundId, claimId, orderId }: ReturnIds, reason: string): GoodsReturn => ({
  refundId,
  claimId,
  orderId,
  state: 'void',
  lines: [],
  reversed: null,
  reason,
  detail: null,
});
