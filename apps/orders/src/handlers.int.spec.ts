import type { CommandType } from '@comptoir/contracts';
import { CancelOrder, ConfirmOrder, OrderCancelled, OrderConfirmationRefused, OrderConfirmed, OrderPlaced } from '@comptoir/contracts/orders';
import { pgPool, pgUnitOfWork, type Handler, type Message, type SqlTransaction } from '@comptoir/messaging';
import { handling, message } from '@comptoir/messaging/testing';
import { freshDatabase, type FreshDatabase } from '@comptoir/testing';
import { Client, type Pool } from 'pg';
import { v7 as uuidv7 } from 'uuid';
import type { z } from 'zod';
import { cancelOrder } from './cancel-order';
import { confirmOrder } from './confirm-order';
import { Endings } from './endings';
import { EndingsListener } from './endings-listener';
import { placeOrder } from './place-order';
import { endedOrders } from './sql/ended-orders';

let database: FreshDatabase;
let pool: Pool;
beforeAll(async () => {
  database = await freshDatabase('orders');
  pool = pgPool({ connectionString: database.url, applicationName: 'orders test' });
});
afterAll(async () => {
  await pool.end();
  await database.drop();
});

const transaction = <T>(work: (tx: SqlTransaction) => Promise<T>) => pgUnitOfWork(pool).run(work);
/** Each command's answer, in their order. */
const run = async <C extends CommandType>(handler: Handler, type: C, ...bodies: readonly z.input<C['schema']>[]) =>
  (await handling(handler, { unitOfWork: pgUnitOfWork(pool) })(...bodies.map((body) => message(type, body) as Message))).flat();

const lines = [{ sku: 'TEAPOT', quantity: 2, unitPrice: 1250 }];
const total = { amount: 2500, currency: 'GBP' };
const request = () => ({ cartId: uuidv7(), customerId: 'C-1', paymentToken: 'tok_approve' });
async function placed(count = 1): Promise<string[]> {
  const accepted = await transaction((tx) => placeOrder.batch(Array.from({ length: count }, request), tx));
  return accepted.map(({ reply }) => reply.orderId);
}
const confirm = (...orderIds: string[]) => run(confirmOrder, ConfirmOrder, ...orderIds.map((orderId) => ({ orderId, lines, total })));
const cancel = (reason: string, ...orderIds: string[]) => run(cancelOrder, CancelOrder, ...orderIds.map((orderId) => ({ orderId, reason })));
const rowOf = async (orderId: string) =>
  (await pool.query<Record<string, unknown>>('SELECT * FROM orders.customer_order WHERE order_id = $1', [orderId])).rows[0];

describe('placing', () => {
  it('starts a saga per order, whose conversation is the order', async () => {
    const requests = [request(), request()];
    const accepted = await transaction((tx) => placeOrder.batch(requests, tx));
    for (const [index, { reply, messages }] of accepted.entries()) {
      expect(messages).toEqual([
        OrderPlaced(
          { orderId: reply.orderId, ...requests[index]! },
          { correlationId: reply.orderId, flow: 'order-fulfilment' },
        ),
      ]);
      expect(await rowOf(reply.orderId)).toMatchObject({ status: 'PENDING', cart_id: requests[index]!.cartId });
    }
  });
});

describe('ConfirmOrder', () => {
  it('completes orders, and says the same when it comes again', async () => {
    const [one = '', two = ''] = await placed(2);
    const answers = await confirm(one, two, one);
    expect(answers.map(({ type }) => type)).toEqual([OrderConfirmed, OrderConfirmed, OrderConfirmed]);
    expect(answers[0]?.body).toEqual({ orderId: one, customerId: 'C-1', lines, total });
    expect(await rowOf(one)).toMatchObject({ status: 'COMPLETED', lines, total: '2500', currency: 'GBP' });
    expect(await confirm(two)).toEqual([answers[1]]);
  });

  it('keeps what was confirmed first', async () => {
    const [orderId = ''] = await placed();
    const [first] = await confirm(orderId);
    const again = await run(confirmOrder, ConfirmOrder, { orderId, lines, total: { amount: 1, currency: 'EUR' } });
    expect(again).toEqual([first]);
  });

  it('is refused for a cancelled order', async () => {
    const [orderId = '', other = ''] = await placed(2);
    await cancel('payment-declined', orderId);
    const answers = await confirm(orderId, other);
    expect(answers.map(({ type }) => type)).toEqual([OrderConfirmationRefused, OrderConfirmed]);
    expect(answers[0]?.body).toEqual({ orderId, reason: 'payment-declined' });
    expect(await rowOf(orderId)).toMatchObject({ status: 'CANCELLED' });
  });

  it('of an order never placed is an error', async () => {
    await expect(confirm(uuidv7())).rejects.toMatchObject({ code: 'order-not-found' });
  });
});

describe('CancelOrder', () => {
  it('cancels with the first reason', async () => {
    const [orderId = ''] = await placed();
    const [first] = await cancel('out-of-stock', orderId);
    expect(first).toMatchObject({ type: OrderCancelled, body: { orderId, reason: 'out-of-stock' } });
    expect(await cancel('another', orderId)).toEqual([first]);
    expect(await rowOf(orderId)).toMatchObject({ status: 'CANCELLED', reason: 'out-of-stock' });
  });

  it('of a completed order or an unknown one is an error', async () => {
    const [orderId = ''] = await placed();
    await confirm(orderId);
    await expect(cancel('late', orderId)).rejects.toMatchObject({ code: 'cancel-after-confirmation' });
    await expect(cancel('who', uuidv7())).rejects.toMatchObject({ code: 'order-not-found' });
    expect(await rowOf(orderId)).toMatchObject({ status: 'COMPLETED' });
  });

  it('and ConfirmOrder of the same order: whoever comes first decides', async () => {
    const orderIds = await placed(20);
    const chunk = (n: number) => orderIds.slice(n * 5, n * 5 + 5);
    const confirmed = [0, 1, 2, 3].map((n) => confirm(...chunk(n)));
    const cancelled = [3, 2, 1, 0].map((n) => cancel('race', ...[...chunk(n)].reverse()).catch((error: unknown) => error));
    const answers = (await Promise.all(confirmed)).flat();
    await Promise.all(cancelled);
    for (const [index, orderId] of orderIds.entries()) {
      const status = answers[index]?.type === OrderConfirmed ? 'COMPLETED' : 'CANCELLED';
      expect(await rowOf(orderId)).toMatchObject({ status });
    }
  });
});

describe('waiting for the end', () => {
  const logger = { debug() {}, info() {}, warn() {}, error() {} };
  const never = new AbortController().signal;
  const open: EndingsListener[] = [];
  afterEach(() => Promise.all(open.splice(0).map((listener) => listener.stop())));

  /** A process of the service, as far as waiting goes. */
  async function listening() {
    const endings = new Endings({ readEnded: (orderIds) => transaction((tx) => endedOrders(tx, orderIds)) });
    const listener = new EndingsListener({ url: database.url, endings, logger });
    open.push(listener);
    await listener.start();
    return endings;
  }

  it('is told in every process, whichever ended the order', async () => {
    const processes = [await listening(), await listening()];
    const [good = '', bad = ''] = await placed(2);
    const waits = processes.flatMap((endings) => [good, bad].map((orderId) => endings.wait(orderId, 30_000, never)));
    await confirm(good);
    await cancel('out-of-stock', bad);
    const completed = { orderId: good, status: 'COMPLETED', reason: null, total };
    const cancelled = { orderId: bad, status: 'CANCELLED', reason: 'out-of-stock', total: null };
    expect(await Promise.all(waits)).toEqual([completed, cancelled, completed, cancelled]);
  });

  it('is told of a batch larger than one notification', async () => {
    const endings = await listening();
    const orderIds = await placed(200);
    const waits = orderIds.map((orderId) => endings.wait(orderId, 30_000, never));
    await cancel('x'.repeat(400), ...orderIds);
    expect((await Promise.all(waits)).map((ended) => ended?.orderId)).toEqual(orderIds);
  });

  it('is not told of what was rolled back', async () => {
    const endings = await listening();
    const [orderId = '', other = ''] = await placed(2);
    const waits = [endings.wait(orderId, 30_000, never), endings.wait(other, 30_000, never)];
    await expect(confirm(orderId, uuidv7())).rejects.toMatchObject({ code: 'order-not-found' });
    await confirm(other);
    await waits[1];
    expect(endings.waiting).toBe(1);
    endings.close();
    expect(await waits[0]).toBeUndefined();
  });

  it('finds what ended while the connection was lost', async () => {
    const endings = await listening();
    const [orderId = '', later = ''] = await placed(2);
    const waits = [orderId, later].map((each) => endings.wait(each, 30_000, never));
    const admin = new Client({ connectionString: database.adminUrl });
    await admin.connect();
    // Nobody but the administrator may connect, so the order ends while nobody listens.
    await admin.query(`ALTER DATABASE "${database.name}" CONNECTION LIMIT 0`);
    await admin.query(`SELECT pg_terminate_backend(pid, 10000) FROM pg_stat_activity
      WHERE application_name = 'orders-endings' AND datname = current_database()`);
    await admin.query(
      `UPDATE orders.customer_order SET status = 'CANCELLED', reason = 'silently', ended_at = now() WHERE order_id = $1`,
      [orderId],
    );
    await admin.query(`ALTER DATABASE "${database.name}" CONNECTION LIMIT -1`);
    await admin.end();
    expect(await waits[0]).toMatchObject({ status: 'CANCELLED', reason: 'silently' });
    await confirm(later);
    expect(await waits[1]).toMatchObject({ status: 'COMPLETED' });
  });
});
