import { randomUUID } from 'node:crypto';
import { eventually } from '@comptoir/testing';
import type { ServiceName } from '../../tools/services';
import { askUntilAnswered, expected, type Answer, type Ask } from './rest';
import type { System } from './system';

export interface Item {
  readonly sku: string;
  readonly quantity: number;
  readonly unitPrice?: number;
}

/** What POST /orders answers. */
export interface Placed {
  readonly orderId: string;
  readonly status: 'PENDING' | 'COMPLETED' | 'CANCELLED';
  readonly reason: string | null;
  readonly total: { readonly amount: number; readonly currency: string } | null;
}

export interface PlaceOptions {
  readonly token?: string;
  readonly waitSeconds?: number | undefined;
  readonly replica?: number;
  /** Default: the orchestrator leads it. */
  readonly coordination?: 'orchestration' | 'choreography' | undefined;
}

export interface Stock {
  readonly available: number;
  readonly reserved: number;
  readonly sold: number;
}

/** Two products with plenty of stock, one with little, one with none. */
export const PRODUCTS = [
  { sku: 'TEAPOT', name: 'Teapot', currency: 'GBP', price: 2495, tradePrices: [2195], stock: 100_000 },
  { sku: 'CUP', name: 'Cup', currency: 'GBP', price: 695, stock: 100_000 },
  { sku: 'TRAY', name: 'Tray', currency: 'GBP', price: 3200, stock: 25 },
  { sku: 'KETTLE', name: 'Kettle', currency: 'GBP', price: 8900, stock: 0 },
] as const;

/** A client's view of the system: everything by REST. */
export class Shop {
  constructor(readonly system: System) {}

  async open(): Promise<void> {
    const offers = PRODUCTS.map(({ stock: _stock, ...offer }) => offer);
    const lines = PRODUCTS.map(({ sku, stock }) => ({ sku, quantity: stock }));
    expected(await this.ask('POST', 'catalog', '/products', { body: { products: offers } }), 200);
    expected(await this.ask('PUT', 'inventory', '/stock', { body: { lines } }), 204);
    await this.untilOffersAreKnown();
  }

  /** Carts prices by its own copy of the catalogue. */
  async untilOffersAreKnown(): Promise<void> {
    const known = (rows: Promise<object[]>) => rows.then((found) => JSON.stringify(found));
    await eventually(async () =>
      expect(await known(this.system.rows('carts', 'SELECT sku, revision FROM carts.offer ORDER BY sku'))).toBe(
        await known(this.system.rows('catalog', 'SELECT sku, revision FROM catalog.product ORDER BY sku')),
      ),
    );
  }

  /** Waits until all that a service has to tell is with the broker. */
  untilOutboxIsEmpty = (service: ServiceName): Promise<void> =>
    eventually(async () => expect(await this.system.rows(service, 'SELECT id FROM messaging.outbox')).toEqual([]));

  async cart(items: readonly Item[]): Promise<string> {
    const answer = await this.ask('POST', 'carts', '/carts', { body: { items }, idempotencyKey: randomUUID() });
    return expected<{ cartId: string }>(answer, 201).cartId;
  }

  /** POST /orders. Without `waitSeconds` it does not wait for the end. */
  async post(
    cartId: string,
    { token = 'tok_approve', waitSeconds, replica = 0, coordination }: PlaceOptions = {},
  ): Promise<Answer> {
    const body = { cartId, customerId: 'C-17850', payment: { token }, coordination };
    return this.ask('POST', 'orders', '/orders', { body, idempotencyKey: randomUUID(), waitSeconds }, replica);
  }

  /** Fills a cart and orders it; the answer is a 200 with its end, or a 202. */
  async place(
    items: readonly Item[],
    options: PlaceOptions = {},
  ): Promise<Placed> {
    const answer = await this.post(await this.cart(items), options);
    return expected<Placed>(answer, answer.status === 200 ? 200 : 202);
  }

  /** An order as it is now. */
  order = (orderId: string) => this.read<Placed & { cartId: string }>('orders', `/orders/${orderId}`);
  cartOf = (cartId: string) =>
    this.read<{ state: 'open' | 'ordered'; orderId: string | null }>('carts', `/carts/${cartId}`);
  stock = (sku: string) => this.read<Stock>('inventory', `/stock/${sku}`);
  reservation = (orderId: string) => this.read<{ state: string }>('inventory', `/reservations/${orderId}`);
  payment = (orderId: string) =>
    this.read<{ state: string; captured: number; refunded: number }>('payments', `/payments/${orderId}`);

  /** Waits for an order's end. */
  ended(orderId: string): Promise<Placed & { cartId: string }> {
    return eventually(async () => {
      const order = await this.order(orderId);
      expect(order.status).not.toBe('PENDING');
      return order;
    });
  }

  private async read<T>(service: ServiceName, path: string): Promise<T> {
    return expected<T>(await this.ask('GET', service, path), 200);
  }

  /** Asks a service until it answers. */
  ask(method: string, service: ServiceName, path: string, options: Ask = {}, replica = 0): Promise<Answer> {
    return askUntilAnswered(method, this.system.url(service, replica) + path, {
      ...options,
      signal: this.system.signal,
    });
  }
}
