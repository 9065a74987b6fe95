import type { Item, OrderPlan, ReturnPlan } from './plan';

/** What is asked of the claims service for one order of one return. */
export interface ClaimPlan {
  readonly invoiceNo: string;
  readonly customerId: string;
  readonly orderId: string;
  /**
   * `matched`: the order has the goods at that price, not returned yet. `too much`: it does not have so many of them any more.
   * `not bought`: no earlier order has them; asked about the customer's latest one. The last two are the service's to refuse.
   */
  readonly match: 'matched' | 'too much' | 'not bought';
  /** By SKU; amounts in minor units. */
  readonly lines: readonly { readonly sku: string; readonly quantity: number; readonly amount: number }[];
}

interface Sold {
  readonly orderId: string;
  readonly date: Date;
  left: number;
}

/** A return's line names no order: it is known by who bought what at which price. */
export const soldKey = (customerId: string, { sku, unitPrice }: Pick<Item, 'sku' | 'unitPrice'>) => `${customerId} ${unitPrice} ${sku}`;

/** Completed orders as far as returns ask for them: memory grows with the file's returns, not with its orders. */
export class Sales {
  private readonly sold = new Map<string, Sold[]>();
  private readonly latest = new Map<string, { readonly orderId: string; readonly date: Date }>();

  /** `wanted`: the keys of all lines that return something; `customers`: who returns something. */
  constructor(
    private readonly wanted: ReadonlySet<string>,
    private readonly customers: ReadonlySet<string>,
  ) {}

  completed({ customerId, date, items }: OrderPlan, orderId: string): void {
    if (!this.customers.has(customerId)) return;
    const latest = this.latest.get(customerId);
    if (!latest || latest.date <= date) this.latest.set(customerId, { orderId, date });
    for (const item of items) {
      const key = soldKey(customerId, item);
      if (!this.wanted.has(key)) continue;
      const sold = [...(this.sold.get(key) ?? []), { orderId, date, left: item.quantity }];
      this.sold.set(key, sold.sort((a, b) => b.date.getTime() - a.date.getTime()));
    }
  }

  /**
   * Each line belongs to the customer's latest earlier order with the same SKU and price and enough of it left. One claim
   * per order, those that match apart from those that do not. Lines of a customer without any earlier order are `orphans`.
   */
  claimsFor({ invoiceNo, customerId, items }: ReturnPlan): { claims: ClaimPlan[]; orphans: Item[] } {
    const claims = new Map<string, ClaimPlan & { lines: { sku: string; quantity: number; amount: number }[] }>();
    const orphans: Item[] = [];
    for (const item of items) {
      const found = this.find(customerId, item);
      if (!found) {
        orphans.push(item);
        continue;
      }
      const { match, orderId } = found;
      const key = `${orderId} ${match}`;
      const claim = claims.get(key) ?? { invoiceNo, customerId, orderId, match, lines: [] };
      claims.set(key, claim);
      add(claim.lines, item);
    }
    return { claims: [...claims.values()], orphans };
  }

  private find(customerId: string, item: Item): Pick<ClaimPlan, 'match' | 'orderId'> | undefined {
    const sold = this.sold.get(soldKey(customerId, item)) ?? [];
    const enough = sold.find(({ left }) => left >= item.quantity);
    if (enough) {
      enough.left -= item.quantity;
      return { match: 'matched', orderId: enough.orderId };
    }
    if (sold[0]) return { match: 'too much', orderId: sold[0].orderId };
    const latest = this.latest.get(customerId);
    return latest && { match: 'not bought', orderId: latest.orderId };
  }
}

function add(lines: { sku: string; quantity: number; amount: number }[], { sku, quantity, unitPrice }: Item): void {
  const line = lines.find((each) => each.sku === sku);
  if (!line) lines.push({ sku, quantity, amount: quantity * unitPrice });
  else Object.assign(line, { quantity: line.quantity + quantity, amount: line.amount + quantity * unitPrice });
}
