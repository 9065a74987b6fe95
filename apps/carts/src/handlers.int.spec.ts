import type { BodyOf, MessageType } from '@comptoir/contracts';
import { CartRejected, CartValidated } from '@comptoir/contracts/carts';
import type { ProductPriced } from '@comptoir/contracts/catalog';
import { pgPool, pgUnitOfWork, RetryNow, type SqlTransaction } from '@comptoir/messaging';
import { eventually, freshDatabase, type FreshDatabase } from '@comptoir/testing';
import type { Pool } from 'pg';
import { v7 as uuidv7 } from 'uuid';
import type { CartLine } from './cart';
import { createCart } from './create-cart';
import { deleteCart } from './delete-cart';
import { orderCancelled } from './order-cancelled';
import { productPriced } from './product-priced';
import { replaceItems } from './replace-items';
import { validateCart } from './validate-cart';

let database: FreshDatabase;
let pool: Pool;
beforeAll(async () => {
  database = await freshDatabase('carts');
  pool = pgPool({ connectionString: database.url, applicationName: 'carts test' });
  await transaction((tx) => priceAll(tx, product('TEAPOT', 1, [2495, 2195]), product('85099B', 1, [195])));
});
afterAll(async () => {
  await pool.end();
  await database.drop();
});

type Batch = { batch: (messages: never, tx: SqlTransaction, results: never) => Promise<unknown> };
const transaction = <T>(work: (tx: SqlTransaction) => Promise<T>) => pgUnitOfWork(pool).run(work);
/** Hands bodies to a handler as the runtime does; handlers look at nothing else of a message. */
const handled = (handler: Batch, tx: SqlTransaction, bodies: readonly unknown[]) =>
  handler.batch(bodies.map((body) => ({ body })) as never, tx, [] as never) as Promise<
    readonly { type: MessageType; body: Record<string, unknown> }[]
  >;

const product = (sku: string, revision: number, prices: number[], discontinued = false): BodyOf<typeof ProductPriced> => ({
  sku,
  name: sku,
  currency: 'GBP',
  prices,
  revision,
  discontinued,
});
const priceAll = (tx: SqlTransaction, ...products: BodyOf<typeof ProductPriced>[]) => handled(productPriced, tx, products);

async function newCart(...lines: CartLine[]): Promise<string> {
  const [accepted] = await transaction((tx) => createCart.batch([{ lines }], tx));
  return accepted?.reply.cartId ?? fail();
}
const fail = (): never => {
  throw new Error('no reply');
};
const orderOf = (cartId: string) => ({ orderId: uuidv7(), cartId });
const validateAll = (...wishes: { orderId: string; cartId: string }[]) => transaction((tx) => handled(validateCart, tx, wishes));
const cancelAll = (...wishes: { orderId: string; cartId: string }[]) =>
  transaction((tx) => handled(orderCancelled, tx, wishes.map((wish) => ({ ...wish, reason: 'test' }))));
const stateOf = async (orderId: string) =>
  (await pool.query<{ state: string }>('SELECT state FROM carts.validation WHERE order_id = $1', [orderId])).rows[0]?.state;
const boundTo = async (cartId: string) =>
  (await pool.query<{ order_id: string | null }>('SELECT order_id FROM carts.cart WHERE cart_id = $1', [cartId])).rows[0]?.order_id;

describe('ValidateCart', () => {
  it('prices a batch of carts and binds each to its order', async () => {
    const filled = await newCart({ sku: 'TEAPOT', quantity: 2 }, { sku: 'TEAPOT', quantity: 10, unitPrice: 2195 });
    const empty = await newCart();
    const orders = [orderOf(filled), orderOf(empty), orderOf(uuidv7())];
    const answers = await validateAll(...orders);
    expect(answers.map(({ type }) => type)).toEqual([CartValidated, CartRejected, CartRejected]);
    expect(answers[0]?.body).toEqual({
      ...orders[0],
      lines: [
        { sku: 'TEAPOT', quantity: 2, unitPrice: 2495 },
        { sku: 'TEAPOT', quantity: 10, unitPrice: 2195 },
      ],
      total: { amount: 26940, currency: 'GBP' },
    });
    expect(answers.slice(1).map(({ body }) => body['reason'])).toEqual(['cart-empty', 'cart-not-found']);
    expect(await boundTo(filled)).toBe(orders[0]?.orderId);
    expect(await boundTo(empty)).toBeNull();
  });

  it('gives the same answer when the order comes again after a price change', async () => {
    const order = orderOf(await newCart({ sku: '85099B', quantity: 1 }));
    const [first] = await validateAll(order);
    await transaction((tx) => priceAll(tx, product('85099B', 2, [999])));
    const [again, twice] = await validateAll(order, order);
    expect(again).toEqual(first);
    expect(twice).toEqual(first);
  });

  it('leaves a cart with the order that had it first', async () => {
    const cartId = await newCart({ sku: 'TEAPOT', quantity: 1 });
    const [first, second] = [orderOf(cartId), orderOf(cartId)];
    await validateAll(first);
    expect((await validateAll(second))[0]?.body).toMatchObject({ reason: 'cart-already-ordered' });
    expect(await boundTo(cartId)).toBe(first.orderId);
  });

  it('runs again when another transaction settles the order meanwhile', async () => {
    const order = orderOf(uuidv7());
    const outcome = transaction(async (tx) => {
      const read = { query: tx.query.bind(tx) };
      const meanwhile: SqlTransaction = {
        query: async <Row>(...args: Parameters<SqlTransaction['query']>) => {
          const rows = await read.query<Row>(...args);
          if (args[0].name === 'carts-read-validations') await cancelAll(order);
          return rows;
        },
      };
      return handled(validateCart, meanwhile, [order]);
    });
    await expect(outcome).rejects.toBeInstanceOf(RetryNow);
    expect((await validateAll(order))[0]?.body).toMatchObject({ reason: 'void' });
  });

  it('sees a cancellation it had to wait for', async () => {
    const order = orderOf(await newCart({ sku: 'TEAPOT', quantity: 1 }));
    const held = await transaction(async (tx) => {
      await handled(orderCancelled, tx, [{ ...order, reason: 'test' }]);
      const validating = validateAll(order);
      await eventually(async () => expect(await waitingForLocks()).toBe(1));
      return { validating };
    });
    expect((await held.validating)[0]?.body).toMatchObject({ reason: 'void' });
    expect(await boundTo(order.cartId)).toBeNull();
  });
});

const waitingForLocks = async () =>
  (await pool.query<{ n: number }>(
    `SELECT count(*)::int AS n FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'`,
  )).rows[0]?.n;

describe('OrderCancelled', () => {
  it('opens the cart again, for another order', async () => {
    const cartId = await newCart({ sku: 'TEAPOT', quantity: 1 });
    const [first, second] = [orderOf(cartId), orderOf(cartId)];
    await validateAll(first);
    await cancelAll(first, first);
    expect(await boundTo(cartId)).toBeNull();
    expect(await stateOf(first.orderId)).toBe('released');
    expect((await validateAll(second))[0]?.type).toBe(CartValidated);
  });

  it('that comes before its validation makes it void', async () => {
    const order = orderOf(await newCart({ sku: 'TEAPOT', quantity: 1 }));
    await cancelAll(order);
    expect(await stateOf(order.orderId)).toBe('void');
    expect((await validateAll(order))[0]?.body).toMatchObject({ reason: 'void' });
    expect(await boundTo(order.cartId)).toBeNull();
  });

  it('that comes again does not take the cart from the order that has it since', async () => {
    const cartId = await newCart({ sku: 'TEAPOT', quantity: 1 });
    const [first, second] = [orderOf(cartId), orderOf(cartId)];
    await validateAll(first);
    await cancelAll(first);
    await validateAll(second);
    await cancelAll(first);
    expect(await boundTo(cartId)).toBe(second.orderId);
  });

  it('leaves a refusal as it is', async () => {
    const order = orderOf(await newCart());
    await validateAll(order);
    await cancelAll(order);
    expect(await stateOf(order.orderId)).toBe('rejected');
  });
});

describe('ProductPriced', () => {
  const offer = async (sku: string) =>
    (await pool.query('SELECT revision, prices::int[] AS prices, discontinued FROM carts.offer WHERE sku = $1', [sku])).rows[0];

  it('keeps the highest revision, whatever comes in which order and how often', async () => {
    const revisions = [2, 5, 3].map((revision) => product('KETTLE', revision, [revision * 100, 50]));
    await transaction((tx) => priceAll(tx, ...revisions, ...revisions));
    expect(await offer('KETTLE')).toEqual({ revision: 5, prices: [500, 50], discontinued: false });
    await transaction((tx) => priceAll(tx, product('KETTLE', 4, [400])));
    expect(await offer('KETTLE')).toMatchObject({ revision: 5 });
    await transaction((tx) => priceAll(tx, product('KETTLE', 6, [600], true)));
    expect(await offer('KETTLE')).toEqual({ revision: 6, prices: [600], discontinued: true });
  });

  it('tells SKUs apart that differ in case only, and keeps prices beyond 32 bits', async () => {
    await transaction((tx) => priceAll(tx, product('mug', 1, [100]), product('MUG', 1, [Number.MAX_SAFE_INTEGER])));
    const cartId = await newCart({ sku: 'MUG', quantity: 1 });
    expect((await validateAll(orderOf(cartId)))[0]?.body).toMatchObject({ total: { amount: Number.MAX_SAFE_INTEGER } });
  });
});

describe('a change of a cart', () => {
  const lines = [{ sku: 'TEAPOT', quantity: 3 }];
  const linesOf = async (cartId: string) =>
    (await pool.query<{ lines: unknown }>('SELECT lines FROM carts.cart WHERE cart_id = $1', [cartId])).rows[0]?.lines;

  it('replaces all lines; of two in one batch the later counts', async () => {
    const cartId = await newCart({ sku: 'OLD', quantity: 1 });
    const replies = await transaction((tx) => replaceItems.batch([{ cartId, lines: [] }, { cartId, lines }], tx));
    expect(replies.map(({ reply }) => reply.outcome)).toEqual(['done', 'done']);
    expect(await linesOf(cartId)).toEqual(lines);
  });

  it('is refused when the cart is ordered or unknown, beside others that are not', async () => {
    const [open, ordered, unknown] = [await newCart(), await newCart(...lines), uuidv7()];
    const order = orderOf(ordered);
    await validateAll(order);
    const replaced = await transaction((tx) =>
      replaceItems.batch([open, ordered, unknown].map((cartId) => ({ cartId, lines })), tx),
    );
    const refusals = [{ outcome: 'ordered', orderId: order.orderId }, { outcome: 'not-found' }];
    expect(replaced.map(({ reply }) => reply)).toEqual([{ outcome: 'done' }, ...refusals]);
    const deleted = await transaction((tx) => deleteCart.batch([open, ordered, unknown], tx));
    expect(deleted.map(({ reply }) => reply)).toEqual([{ outcome: 'done' }, ...refusals]);
    expect(await linesOf(open)).toBeUndefined();
    expect(await linesOf(ordered)).toEqual(lines);
  });
});
