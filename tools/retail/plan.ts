import { Sku } from '@comptoir/contracts/catalog';
import { Country } from '@comptoir/contracts/orders';
import { customerOf, dateOf, minorUnits, wholeNumber } from './amounts';
import type { Invoice } from './invoice';
import type { RetailLine } from './lines';
import { notStock } from './not-stock';

/** What the services take at most. */
export const MAX_QUANTITY = 1_000_000;
const MAX_ITEMS = 2_000;

/** Why an invoice is neither an order nor a return. One that has several reasons gets the first of this list. */
export const REFUSALS = [
  'no invoice number',
  'malformed line',
  'missing customer',
  'several customers',
  'bad date',
  'bad stock code',
  'bad quantity',
  'quantity not positive',
  'quantity not negative',
  'quantity too large',
  'bad price',
  'negative price',
  'zero price',
  'price not in minor units',
  'no stock line',
  'too many lines',
] as const;
export type Refusal = (typeof REFUSALS)[number];

export interface Item {
  readonly sku: string;
  readonly quantity: number;
  /** Minor units. */
  readonly unitPrice: number;
}

export interface NotStockLine {
  readonly line: RetailLine;
  readonly reason: string;
}

interface Common {
  readonly invoiceNo: string;
  /** How many of the file's. */
  readonly lines: number;
}

interface Goods extends Common {
  readonly customerId: string;
  readonly country: string | undefined;
  readonly date: Date;
  /** Summed by SKU and price; quantities are positive. */
  readonly items: readonly Item[];
  readonly notStock: readonly NotStockLine[];
}

export interface OrderPlan extends Goods {
  readonly kind: 'order';
}

/** A cancellation: goods of earlier orders come back. */
export interface ReturnPlan extends Goods {
  readonly kind: 'return';
}

export interface RefusedPlan extends Common {
  readonly kind: 'refused';
  readonly reason: Refusal;
  /** The line at fault; the first line where it is none in particular. */
  readonly at: RetailLine;
}

export type Plan = OrderPlan | ReturnPlan | RefusedPlan;

/** A line of goods that can be sold. */
export interface Sale extends Item {
  readonly name: string;
}

/** What to do with an invoice: an order, a return, or the reason why neither. */
export function planOf({ invoiceNo, lines }: Invoice): Plan {
  const kind = isCancellation(invoiceNo) ? 'return' : 'order';
  const found = lines.flatMap((line) => faultsOf(line, lines).map((reason) => ({ reason, line })));
  const worst = REFUSALS.flatMap((reason) => found.filter((each) => each.reason === reason))[0];
  const [first] = lines;
  if (!first) throw new RangeError(`Invoice ${invoiceNo} has no lines`);
  const common = { invoiceNo, lines: lines.length };
  const refused = (reason: Refusal, at: RetailLine): RefusedPlan => ({ ...common, kind: 'refused', reason, at });
  if (worst) return refused(worst.reason, worst.line);

  const goods = lines.filter(({ StockCode }) => notStock(StockCode) === undefined);
  const items = summed(goods.map(itemOf));
  if (items.length === 0) return refused('no stock line', first);
  if (items.length > MAX_ITEMS) return refused('too many lines', first);
  if (items.some(({ quantity }) => quantity > MAX_QUANTITY)) return refused('quantity too large', first);
  return {
    ...common,
    kind,
    customerId: customerOf(first.CustomerID),
    country: Country.safeParse(first.Country).data,
    date: dateOf(first.InvoiceDate) ?? new Date(NaN), // checked by faultsOf
    items,
    notStock: lines.flatMap((line) => {
      const reason = notStock(line.StockCode);
      return reason === undefined ? [] : [{ line, reason }];
    }),
  };
}

/** A sale of goods at a price that can be charged, whether or not its invoice becomes an order: its price is an offer. */
export function saleOf(line: RetailLine): Sale | undefined {
  if (!line.InvoiceNo || /^\D/.test(line.InvoiceNo) || !line.complete) return undefined;
  if (notStock(line.StockCode) !== undefined || goodsFaults(line).length > 0 || numberFaults(line).length > 0) return undefined;
  return { ...itemOf(line), name: line.Description };
}

const isCancellation = (invoiceNo: string) => /^C/i.test(invoiceNo);

/** A return's quantities are negative in the file. */
const unitsOf = ({ InvoiceNo, Quantity }: RetailLine) => {
  const quantity = wholeNumber(Quantity);
  return quantity !== undefined && isCancellation(InvoiceNo) ? -quantity : quantity;
};

const itemOf = (line: RetailLine): Item => ({
  sku: line.StockCode,
  quantity: unitsOf(line) ?? NaN, // checked by faultsOf
  unitPrice: Number(minorUnits(line.UnitPrice)),
});

function summed(items: readonly Item[]): Item[] {
  const sums = new Map<string, Item>();
  for (const item of items) {
    const key = `${item.unitPrice} ${item.sku}`;
    sums.set(key, { ...item, quantity: item.quantity + (sums.get(key)?.quantity ?? 0) });
  }
  return [...sums.values()];
}

function faultsOf(line: RetailLine, all: readonly RetailLine[]): Refusal[] {
  const faults: Refusal[] = [];
  if (!/^C?\d{1,32}$/i.test(line.InvoiceNo)) faults.push('no invoice number');
  if (!line.complete) faults.push('malformed line');
  if (line.CustomerID === '') faults.push('missing customer');
  if (line.CustomerID !== all[0]?.CustomerID) faults.push('several customers');
  if (!dateOf(line.InvoiceDate)) faults.push('bad date');
  faults.push(...numberFaults(line));
  if (notStock(line.StockCode) === undefined) faults.push(...goodsFaults(line));
  return faults;
}

/** Of any line, goods or not. */
function numberFaults(line: RetailLine): Refusal[] {
  const faults: Refusal[] = [];
  const quantity = unitsOf(line);
  if (quantity === undefined) faults.push('bad quantity');
  else if (quantity <= 0) faults.push(isCancellation(line.InvoiceNo) ? 'quantity not negative' : 'quantity not positive');
  else if (quantity > MAX_QUANTITY) faults.push('quantity too large');
  const price = minorUnits(line.UnitPrice);
  if (price === undefined) faults.push('bad price');
  else if (price === 0) faults.push('zero price');
  else if (price !== 'fraction' && price < 0) faults.push('negative price');
  return faults;
}

/** Of a line that would be charged as it stands. */
function goodsFaults({ StockCode, UnitPrice }: RetailLine): Refusal[] {
  const faults: Refusal[] = [];
  if (!Sku.safeParse(StockCode).success) faults.push('bad stock code');
  if (minorUnits(UnitPrice) === 'fraction') faults.push('price not in minor units');
  return faults;
}
