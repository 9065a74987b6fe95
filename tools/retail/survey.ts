import { printable } from '@comptoir/contracts/text';
import { invoicesOf } from './invoice';
import type { RetailLine } from './lines';
import { MAX_QUANTITY, planOf, saleOf, type Plan, type Sale } from './plan';
import { soldKey } from './sales';

export interface Product {
  readonly sku: string;
  readonly name: string;
  readonly currency: string;
  /** Minor units: the price sold at most often. */
  readonly price: number;
  /** The others, most frequent first. */
  readonly tradePrices: readonly number[];
}

export interface Survey {
  /** Of the whole file. */
  readonly lines: number;
  readonly invoices: number;
  /** Invoices that can be placed. */
  readonly orders: number;
  /** Cancellations that can be claimed. */
  readonly returns: number;
  /** What they ask for, and who: see `Sales`. */
  readonly returned: { readonly keys: ReadonlySet<string>; readonly customers: ReadonlySet<string> };
  readonly products: readonly Product[];
  readonly openingStock: readonly { readonly sku: string; readonly quantity: number }[];
}

interface Seen {
  name: string;
  /** How many lines were sold at each price. */
  readonly prices: Map<number, number>;
  /** Units that the orders take out. */
  outflow: number;
}

const CURRENCY = 'GBP';
/** What catalog takes at most. An order at a price beyond them is cancelled with that reason. */
const MAX_TRADE_PRICES = 100;
const Name = printable(200);

/**
 * The first reading: which products there are, every price they were sold at, and how much of them the orders take.
 * What comes back in between is not counted on, for orders overtake each other: the stock opens with what all orders take
 * together. Memory grows with the products and with what is returned, not with the file.
 */
export async function survey(lines: AsyncIterable<RetailLine>, stockPercent: number): Promise<Survey> {
  const products = new Map<string, Seen>();
  const counts = { lines: 0, invoices: 0, orders: 0, returns: 0 };
  const returned = { keys: new Set<string>(), customers: new Set<string>() };
  const sell = (sale: Sale) => {
    const seen = products.get(sale.sku) ?? { name: '', prices: new Map<number, number>(), outflow: 0 };
    seen.prices.set(sale.unitPrice, (seen.prices.get(sale.unitPrice) ?? 0) + 1);
    seen.name ||= Name.safeParse(sale.name).data ?? '';
    products.set(sale.sku, seen);
  };
  const take = (plan: Plan) => {
    counts.invoices++;
    if (plan.kind === 'refused') return;
    if (plan.kind === 'return') {
      counts.returns++;
      returned.customers.add(plan.customerId);
      for (const item of plan.items) returned.keys.add(soldKey(plan.customerId, item));
      return;
    }
    counts.orders++;
    for (const { sku, quantity } of plan.items) {
      const seen = products.get(sku);
      if (seen) seen.outflow += quantity;
    }
  };
  const watched = async function* () {
    for await (const line of lines) {
      counts.lines++;
      const sale = saleOf(line);
      if (sale) sell(sale);
      yield line;
    }
  };
  for await (const invoice of invoicesOf(watched())) take(planOf(invoice));
  return {
    ...counts,
    returned,
    products: [...products].map(([sku, seen]) => productOf(sku, seen)),
    openingStock: [...products].map(([sku, { outflow }]) => ({
      sku,
      quantity: Math.min(Math.floor((outflow * stockPercent) / 100), MAX_QUANTITY),
    })),
  };
}

function productOf(sku: string, { name, prices }: Seen): Product {
  const [price = 0, ...tradePrices] = [...prices].sort(([a, n], [b, m]) => m - n || a - b).map(([each]) => each);
  return { sku, name: name || sku, currency: CURRENCY, price, tradePrices: tradePrices.slice(0, MAX_TRADE_PRICES) };
}
