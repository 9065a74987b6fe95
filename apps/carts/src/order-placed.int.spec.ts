import { CartRejected, CartValidated } from '@comptoir/contracts/carts';
import { OrderCancelled, OrderPlaced } from '@comptoir/contracts/orders';
import { pgPool, pgUnitOfWork, type SqlTransaction } from '@comptoir/messaging';
import { handling, message } from '@comptoir/messaging/testing';
import { freshDatabase, type FreshDatabase } from '@comptoir/testing';
import type { Pool } from 'pg';
import { v7 as uuidv7 } from 'uuid';
import { createCart } from './create-cart';
import { orderPlaced } from './order-placed';

let database: FreshDatabase;
let pool: Pool;
beforeAll(async () => {
  database = await freshDatabase('carts');
  pool = pgPool({ connectionString: database.url, applicationName: 'checkout test' });
  await pool.query(`INSERT INTO carts.offer (sku, currency, prices, revision, discontinued) VALUES ('TEAPOT', 'GBP', '{1250}', 1, false)`);
});
afterAll(async () => {
  await pool.end();
  await database.drop();
});

const unitOfWork = () => pgUnitOfWork(pool);
const transaction = <T>(work: (tx: SqlTransaction) => Promise<T>) => unitOfWork().run(work);
const [part, undo] = orderPlaced;
const cart = async (sku = 'TEAPOT') => {
  const [created] = await transaction((tx) => createCart.batch([{ lines: [{ sku, quantity: 2 }] }], tx));
  return created!.reply.cartId;
};
const order = (cartId: string, orderId = uuidv7()) => message(OrderPlaced, { orderId, cartId, customerId: 'C-1', paymentToken: `tok_${orderId}` });
type Placed = ReturnType<typeof order>;
const places = async (...orders: Placed[]) => (await handling(part, { unitOfWork: unitOfWork() })(...orders.map((each) => ({ ...each })))).flat();
const cancels = (...orders: Placed[]) =>
  handling(undo, { unitOfWork: unitOfWork() })(...orders.map(({ body: { orderId, cartId } }) => message(OrderCancelled, { orderId, cartId, reason: 'no' })));
const validated = ({ body: { orderId, cartId, paymentToken } }: Placed) =>
  CartValidated({ orderId, cartId, lines: [{ sku: 'TEAPOT', quantity: 2, unitPrice: 1250 }], total: { amount: 2500, currency: 'GBP' }, paymentToken });
const rejected = ({ body: { orderId, cartId } }: Placed, reason: string) => ({ type: CartRejected, body: expect.objectContaining({ orderId, cartId, reason }) as unknown });
const states = async (...orders: Placed[]) =>
  (await pool.query<{ state: string }>('SELECT state FROM carts.validation WHERE order_id = ANY ($1) ORDER BY order_id', [orders.map(({ body }) => body.orderId).sort()])).rows.map(({ state }) => state);
const orderOf = async (cartId: string) => (await pool.query<{ id: string | null }>('SELECT order_id AS id FROM carts.cart WHERE cart_id = $1', [cartId])).rows[0]?.id;

it('a placed order gets its cart priced, with what payments will need; others are told why not', async () => {
  const [good, second, unknown] = [order(await cart()), order(await cart('NOTHING')), order(uuidv7())];
  expect(await places(good, second, unknown)).toEqual([validated(good), rejected(second, 'unknown-sku'), rejected(unknown, 'cart-not-found')]);
});

it('the same order again hears the same; another order does not get the cart', async () => {
  const cartId = await cart();
  const [first, other] = [order(cartId), order(cartId)];
  expect(await places(first, other, first)).toEqual([validated(first), rejected(other, 'cart-already-ordered'), validated(first)]);
  expect(await places(first)).toEqual([validated(first)]);
});

it('how an order is paid is passed on and not kept', async () => {
  const placed = order(await cart());
  await places(placed);
  const { rows } = await pool.query<{ all: string }>(`SELECT v::text || ' ' || c::text AS all FROM carts.validation v JOIN carts.cart c USING (cart_id) WHERE v.order_id = $1`, [placed.body.orderId]);
  expect(rows).toHaveLength(1);
  expect(rows[0]?.all).not.toContain('tok_');
});

it('a cancelled order gives its cart back, once however often it is said', async () => {
  const placed = order(await cart());
  await places(placed);
  await cancels(placed, placed);
  await cancels(placed);
  expect(await states(placed)).toEqual(['released']);
  expect(await orderOf(placed.body.cartId)).toBeNull();
  const next = order(placed.body.cartId);
  expect(await places(next, placed)).toEqual([validated(next), rejected(placed, 'void')]);
});

it('a cancellation that overtakes its order leaves it void: the late order does not get the cart', async () => {
  const late = order(await cart());
  await cancels(late);
  expect(await states(late)).toEqual(['void']);
  expect(await places(late)).toEqual([rejected(late, 'void')]);
  expect(await orderOf(late.body.cartId)).toBeNull();
});
