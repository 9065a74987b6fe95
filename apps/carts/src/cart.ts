import type { BodyOf } from '@comptoir/contracts';
import type { CartRejected, PricedLine } from '@comptoir/contracts/carts';

/** A line as the customer filled it in. The same SKU may come more than once, at different prices. */
export interface CartLine {
  readonly sku: string;
  readonly quantity: number;
  /** What the customer was offered, minor units. Default: the list price. */
  readonly unitPrice?: number;
}

export interface Cart {
  readonly cartId: string;
  readonly lines: readonly CartLine[];
  /** The order it became; null while it is open. */
  readonly orderId: string | null;
}

/** A product as carts knows it from the catalogue's events. */
export interface Offer {
  readonly sku: string;
  readonly currency: string;
  /** Minor units: the list price first, then trade prices. */
  readonly prices: readonly number[];
  readonly discontinued: boolean;
}

export interface Priced {
  readonly state: 'validated';
  readonly lines: readonly PricedLine[];
  readonly total: { readonly amount: number; readonly currency: string };
}

export type Refusal = Exclude<BodyOf<typeof CartRejected>['reason'], 'void'>;

export interface Refused {
  readonly state: 'rejected';
  readonly reason: Refusal;
  /** For people: which line, which price. */
  readonly detail: string;
}

const refused = (reason: Refusal, detail: string): Refused => ({ state: 'rejected', reason, detail });

/** Whether this order may have this cart, and what it comes to. */
export function validate(cart: Cart | undefined, order: { orderId: string; cartId: string }, offers: ReadonlyMap<string, Offer>): Priced | Refused {
  if (!cart) return refused('cart-not-found', `There is no cart ${order.cartId}`);
  if (cart.orderId !== null && cart.orderId !== order.orderId)
    return refused('cart-already-ordered', `Cart ${cart.cartId} became order ${cart.orderId}`);
  if (cart.lines.length === 0) return refused('cart-empty', `Cart ${cart.cartId} has no lines`);
  return price(cart.lines, offers);
}

/** Prices every line by what is offered now. */
export function price(lines: readonly CartLine[], offers: ReadonlyMap<string, Offer>): Priced | Refused {
  const unknown = skusWhere(lines, ({ sku }) => !offers.has(sku));
  if (unknown.length) return refused('unknown-sku', `Not in the catalogue: ${listed(unknown)}`);
  const gone = skusWhere(lines, ({ sku }) => offers.get(sku)?.discontinued === true);
  if (gone.length) return refused('discontinued', `No longer sold: ${listed(gone)}`);

  const priced: PricedLine[] = [];
  const notOffered: string[] = [];
  const currencies = new Set<string>();
  let amount = 0;
  for (const { sku, quantity, unitPrice } of lines) {
    const { prices = [], currency = '' } = offers.get(sku) ?? {};
    const charged = unitPrice ?? prices[0] ?? 0;
    if (!prices.includes(charged)) notOffered.push(`${sku} at ${charged} (it is ${prices.join(' or ')})`);
    priced.push({ sku, quantity, unitPrice: charged });
    currencies.add(currency);
    amount = safeSum(amount, quantity * charged);
  }
  if (notOffered.length) return refused('price-not-offered', `Not offered: ${listed(notOffered)}`);
  const [currency = '', another] = currencies;
  if (another !== undefined) return refused('mixed-currencies', `Prices are in ${[...currencies].join(' and ')}`);
  if (Number.isNaN(amount)) return refused('total-too-large', `The total is above ${Number.MAX_SAFE_INTEGER} ${currency} minor units`);
  return { state: 'validated', lines: priced, total: { amount, currency } };
}

/** NaN, for good, once a number can no longer be told from its neighbours. */
const safeSum = (a: number, b: number) => (Number.isSafeInteger(b) && Number.isSafeInteger(a + b) ? a + b : NaN);

const skusWhere = (lines: readonly CartLine[], test: (line: CartLine) => boolean) => [
  ...new Set(lines.filter(test).map(({ sku }) => sku)),
];

const NAMED = 5;
const listed = (items: readonly string[]) =>
  items.length > NAMED ? `${items.slice(0, NAMED).join(', ')} and ${items.length - NAMED} more` : items.join(', ');
