import { CartValidated } from '@comptoir/contracts/carts';
import { StockRejected, StockReleased, StockReserved } from '@comptoir/contracts/inventory';
import { OrderConfirmed } from '@comptoir/contracts/orders';
import { PaymentDeclined, PaymentRefunded } from '@comptoir/contracts/payments';
import { pgPool, pgUnitOfWork, type Message } from '@comptoir/messaging';
import { handling, message } from '@comptoir/messaging/testing';
import { freshDatabase, type FreshDatabase } from '@comptoir/testing';
import type { Pool } from 'pg';
import { v7 as uuidv7 } from 'uuid';
import { cartValidated } from './cart-validated';
import { orderConfirmed } from './order-confirmed';
import { setOpeningStock } from './set-opening-stock';

let database: FreshDatabase;
let pool: Pool;
beforeAll(async () => {
  database = await freshDatabase('inventory');
  pool = pgPool({ connectionString: database.url, applicationName: 'checkout test' });
});
afterAll(async () => {
  await pool.end();
  await database.drop();
});

const [part, undo] = cartValidated;
const unitOfWork = () => pgUnitOfWork(pool);
let count = 0;
async function stocked(quantity: number): Promise<string> {
  const sku = `SKU-${++count}`;
  await unitOfWork().run((tx) => setOpeningStock(tx, [{ sku, quantity }]));
  return sku;
}
const cart = (sku: string, ...quantities: number[]) =>
  message(CartValidated, {
    orderId: uuidv7(),
    cartId: uuidv7(),
    lines: quantities.map((quantity, index) => ({ sku, quantity, unitPrice: 100 + index })),
    total: { amount: 500, currency: 'GBP' },
    paymentToken: 'tok_approve',
  });
type Cart = ReturnType<typeof cart>;
const reserves = async (...carts: Cart[]) => (await handling(part, { unitOfWork: unitOfWork() })(...carts.map((each) => ({ ...each })))).flat();
const undoes = async (...events: Message[]) => (await handling(undo, { unitOfWork: unitOfWork() })(...events)).flat();
const declined = ({ body: { orderId } }: Cart) => message(PaymentDeclined, { orderId, reason: 'no-funds' });
const refunded = ({ body: { orderId } }: Cart) => message(PaymentRefunded, { orderId, refunded: 0, currency: null, reason: 'not paid in time' });
const reserved = ({ body: { orderId, lines, total } }: Cart, sku: string, quantity: number) =>
  StockReserved({ orderId, lines: [{ sku, quantity }], bill: { lines, total, paymentToken: 'tok_approve' } });
const stockOf = async (sku: string) =>
  (await pool.query<{ of: string }>(`SELECT available || '/' || reserved || '/' || sold AS of FROM inventory.stock WHERE sku = $1`, [sku])).rows[0]?.of;

it('a validated cart gets its units, with the bill for those behind; one too many is refused, without it', async () => {
  const sku = await stocked(5);
  const [first, second] = [cart(sku, 1, 3), cart(sku, 2)];
  expect(await reserves(first, second)).toEqual([
    reserved(first, sku, 4),
    StockRejected({ orderId: second.body.orderId, reason: 'out-of-stock', shortages: [{ sku, requested: 2, available: 1 }] }),
  ]);
  expect(await stockOf(sku)).toBe('1/4/0');
});

it('the same cart again hears the same, and takes nothing more', async () => {
  const sku = await stocked(5);
  const wanted = cart(sku, 2);
  expect(await reserves(wanted, wanted)).toEqual([reserved(wanted, sku, 2), reserved(wanted, sku, 2)]);
  expect(await reserves(wanted)).toEqual([reserved(wanted, sku, 2)]);
  expect(await stockOf(sku)).toBe('3/2/0');
});

it('how an order is paid is passed on and not kept', async () => {
  const wanted = cart(await stocked(5), 2);
  await reserves(wanted);
  const { rows } = await pool.query<{ all: string }>('SELECT r::text AS all FROM inventory.reservation r WHERE order_id = $1', [wanted.body.orderId]);
  expect(rows[0]?.all).not.toContain('tok_');
});

it('a declined or refunded payment releases, once however often it is said, and says why', async () => {
  const sku = await stocked(9);
  const [one, two] = [cart(sku, 2), cart(sku, 3)];
  await reserves(one, two);
  const answers = [
    StockReleased({ orderId: one.body.orderId, lines: [{ sku, quantity: 2 }], reason: 'payment declined: no-funds' }),
    StockReleased({ orderId: two.body.orderId, lines: [{ sku, quantity: 3 }], reason: 'not paid in time' }),
  ];
  expect(await undoes(declined(one), refunded(two))).toEqual(answers);
  expect(await undoes(declined(one), refunded(two))).toEqual(answers);
  expect(await stockOf(sku)).toBe('9/0/0');
});

it('an undo that overtakes its cart leaves it void: the late one takes nothing', async () => {
  const sku = await stocked(5);
  const late = cart(sku, 2);
  expect(await undoes(refunded(late))).toEqual([StockReleased({ orderId: late.body.orderId, lines: [], reason: 'not paid in time' })]);
  expect(await reserves(late)).toEqual([StockRejected({ orderId: late.body.orderId, reason: 'void', shortages: [] })]);
  expect(await stockOf(sku)).toBe('5/0/0');
});

it('after its release a cart that comes again is refused', async () => {
  const sku = await stocked(5);
  const wanted = cart(sku, 2);
  await reserves(wanted);
  await undoes(declined(wanted));
  expect(await reserves(wanted)).toEqual([StockRejected({ orderId: wanted.body.orderId, reason: 'void', shortages: [] })]);
  expect(await stockOf(sku)).toBe('5/0/0');
});

it('a confirmed order sells what peers reserved, by the same handler; releasing it then is an error', async () => {
  const sku = await stocked(5);
  const { body, ...wanted } = cart(sku, 2);
  await reserves({ ...wanted, body });
  const confirmed = message(OrderConfirmed, { orderId: body.orderId, customerId: 'C-1', lines: body.lines, total: body.total });
  await handling(orderConfirmed, { unitOfWork: unitOfWork() })(confirmed);
  expect(await stockOf(sku)).toBe('3/0/2');
  await expect(undoes(refunded({ ...wanted, body }))).rejects.toMatchObject({ code: 'release-after-sale' });
});

it('a cart that does not say how it is paid is an error, and holds nothing', async () => {
  const sku = await stocked(5);
  const { body, ...wanted } = cart(sku, 2);
  const { paymentToken: _, ...bare } = body;
  await expect(reserves({ ...wanted, body: bare })).rejects.toMatchObject({ code: 'token-not-carried' });
  expect(await stockOf(sku)).toBe('5/0/0');
});
