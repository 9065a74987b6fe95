import type { OpeningStock, ProductOffer } from '../rest/load-shop';

/** The small shop that `npm start` opens. */
const SHOP: readonly (ProductOffer & { readonly stock: number })[] = [
  { sku: 'TEAPOT-BLUE', name: 'Blue teapot', currency: 'GBP', price: 2495, tradePrices: [2195], stock: 100_000 },
  { sku: 'TEAPOT-CAST-IRON', name: 'Cast iron teapot', currency: 'GBP', price: 4950, stock: 100_000 },
  { sku: 'CUP-BLUE', name: 'Blue cup and saucer', currency: 'GBP', price: 695, tradePrices: [595], stock: 100_000 },
  { sku: 'CUP-GLASS', name: 'Double-walled glass cup', currency: 'GBP', price: 895, stock: 100_000 },
  { sku: 'TEA-ASSAM-250', name: 'Assam, loose leaf, 250 g', currency: 'GBP', price: 850, stock: 100_000 },
  { sku: 'TEA-SENCHA-100', name: 'Sencha, loose leaf, 100 g', currency: 'GBP', price: 1150, stock: 100_000 },
  { sku: 'TEA-ROOIBOS-250', name: 'Rooibos, loose leaf, 250 g', currency: 'GBP', price: 720, stock: 100_000 },
  { sku: 'TIN-TEA-BLACK', name: 'Tea tin, black', currency: 'GBP', price: 395, stock: 100_000 },
  { sku: 'TRAY-OAK', name: 'Oak serving tray', currency: 'GBP', price: 3200, stock: 100_000 },
  { sku: 'KETTLE-COPPER', name: 'Copper kettle', currency: 'GBP', price: 8900, stock: 0 },
];

export const PRODUCTS: readonly ProductOffer[] = SHOP.map(({ stock: _stock, ...offer }) => offer);
export const OPENING_STOCK: readonly OpeningStock[] = SHOP.map(({ sku, stock }) => ({ sku, quantity: stock }));

/** Who orders, and who complains. */
export const CUSTOMER = 'C-10001';

export interface SampleOrder {
  readonly title: string;
  readonly items: readonly { readonly sku: string; readonly quantity: number }[];
  readonly token: string;
  /** How it must end. */
  readonly status: 'COMPLETED' | 'CANCELLED';
  readonly reason: RegExp | undefined;
}

export const ORDERS: readonly SampleOrder[] = [
  {
    title: 'Goes through',
    items: [{ sku: 'TEAPOT-BLUE', quantity: 1 }, { sku: 'CUP-BLUE', quantity: 4 }],
    token: 'tok_approve',
    status: 'COMPLETED',
    reason: undefined,
  },
  {
    title: 'The payment is declined',
    items: [{ sku: 'TRAY-OAK', quantity: 1 }, { sku: 'TEA-SENCHA-100', quantity: 2 }],
    token: 'tok_decline',
    status: 'CANCELLED',
    reason: /declined/,
  },
  {
    title: 'Out of stock',
    items: [{ sku: 'KETTLE-COPPER', quantity: 1 }],
    token: 'tok_approve',
    status: 'CANCELLED',
    reason: /out-of-stock/,
  },
];
