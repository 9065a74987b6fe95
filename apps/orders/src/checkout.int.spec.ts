import { CartRejected } from '@comptoir/contracts/carts';
import type { Outgoing } from '@comptoir/contracts';
import { StockRejected, StockReleased } from '@comptoir/contracts/inventory';
import { OrderCancelled, OrderConfirmationRefused, OrderConfirmed, OrderPlaced } from '@comptoir/contracts/orders';
import { PaymentProcessed } from '@comptoir/contracts/payments';
import { pgPool, pgUnitOfWork, type Message, type SqlTransaction } from '@comptoir/messaging';
import { handling, message } from '@comptoir/messaging/testing';
import { eventually, freshDatabase, type FreshDatabase } from '@comptoir/testing';
import type { Pool } from 'pg';
import { v7 as uuidv7 } from 'uuid';
import { cancelCheckout } from './cancel-checkout';
import { CheckoutDeadlines, OVERDUE } from './checkout-deadlines';
import { paymentProcessed } from './payment-processed';
import { placeOrder } from './place-order';

let database: FreshDatabase;
let pool: Pool;
beforeAll(async () => {
  database = await freshDatabase('orders');
  pool = pgPool({ connectionString: database.url, applicationName: 'checkout test' });
});
afterAll(async () => {
  await pool.end();
  await database.drop();
});

const unitOfWork = () => pgUnitOfWork(pool);
const transaction = <T>(work: (tx: SqlTransaction) => Promise<T>) => unitOfWork().run(work);
const lines = [{ sku: 'TEAPOT', quantity: 2, unitPrice: 1250 }];
const amount = { amount: 2500, currency: 'GBP' };
const cartId = uuidv7();

async function placed(count = 1, coordination: 'orchestration' | 'choreography' = 'choreography'): Promise<string[]> {
  const request = { cartId, customerId: 'C-1', paymentToken: 'tok_approve', coordination };
  const accepted = await transaction((tx) => placeOrder.batch(Array.from({ length: count }, () => request), tx));
  return accepted.map(({ reply }) => reply.orderId);
}
const paidFor = (orderId: string) => message(PaymentProcessed, { orderId, paymentId: uuidv7(), amount, lines });
const released = (orderId: string, reason?: string) => message(StockReleased, { orderId, lines: [], reason });
const pays = async (...orderIds: string[]) => (await handling(paymentProcessed[0], { unitOfWork: unitOfWork() })(...orderIds.map(paidFor))).flat();
const fails = async (...events: Message[]) => (await handling(cancelCheckout[0], { unitOfWork: unitOfWork() })(...events)).flat();
const rowOf = async (orderId: string) =>
  (await pool.query<Record<string, unknown>>('SELECT * FROM orders.customer_order WHERE order_id = $1', [orderId])).rows[0];

const sent: Outgoing[] = [];
const logger = { debug: () => undefined, info: () => undefined, warn: () => undefined, error: () => undefined };
const deadlines = (horizon = () => Promise.resolve(new Date(Date.now() + 60_000))) =>
  new CheckoutDeadlines({
    transaction: async (work) => {
      const { result, messages } = await transaction(work);
      sent.push(...messages);
      return result;
    },
    horizon,
    logger,
  });
const passDeadline = (...orderIds: string[]) =>
  pool.query(`UPDATE orders.customer_order SET deadline = now() - interval '1 second' WHERE order_id = ANY ($1)`, [orderIds]);
/** Each test looks only at what is said about its own orders. */
const saidOf = (orderId: string) => sent.filter(({ body }) => (body as { orderId: string }).orderId === orderId);
const refused = (orderId: string, reason = OVERDUE) => OrderConfirmationRefused({ orderId, reason });

describe('placing', () => {
  it('a choreographed order starts the checkout, with a deadline, and tells where it was sold', async () => {
    const request = { cartId, customerId: 'C-1', paymentToken: 'tok_approve', store: 'web', country: 'France' };
    const accepted = await transaction((tx) => placeOrder.batch([{ ...request, coordination: 'choreography' }, request], tx));
    const [peers, saga] = accepted.map(({ reply: { orderId }, messages }) => ({ orderId, message: messages?.[0] }));
    expect(peers?.message).toEqual(OrderPlaced({ orderId: peers!.orderId, ...request }, { correlationId: peers!.orderId, flow: 'checkout' }));
    expect(saga?.message).toEqual(OrderPlaced({ orderId: saga!.orderId, ...request }, { correlationId: saga!.orderId, flow: 'order-fulfilment' }));
    expect(await rowOf(peers!.orderId)).toMatchObject({ coordination: 'choreography', store: 'web', country: 'France', deadline: expect.any(Date) as unknown });
    expect(await rowOf(saga!.orderId)).toMatchObject({ coordination: 'orchestration', store: 'web', deadline: null });
  });
});

describe('PaymentProcessed', () => {
  it('confirms orders, once however often it comes', async () => {
    const [one = '', two = ''] = await placed(2);
    const confirmed = (orderId: string) => OrderConfirmed({ orderId, customerId: 'C-1', lines, total: amount });
    expect(await pays(one, two, one)).toEqual([one, two, one].map(confirmed));
    expect(await pays(two)).toEqual([confirmed(two)]);
    expect(await rowOf(one)).toMatchObject({ status: 'COMPLETED', lines, total: '2500' });
  });

  it('is refused where the order was cancelled before', async () => {
    const [orderId = ''] = await placed();
    await fails(released(orderId, 'payment declined: no-funds'));
    expect(await pays(orderId)).toEqual([refused(orderId, 'payment declined: no-funds')]);
  });

  it('without the lines that were paid for is an error', async () => {
    const [orderId = ''] = await placed();
    const bare = message(PaymentProcessed, { orderId, paymentId: uuidv7(), amount });
    await expect(handling(paymentProcessed[0], { unitOfWork: unitOfWork() })(bare)).rejects.toMatchObject({ code: 'lines-not-carried' });
  });
});

describe('what makes an order come to nothing', () => {
  it('cancels it with the reason, and says the first one when more comes', async () => {
    const [cart = '', stock = '', money = ''] = await placed(3);
    const answers = await fails(
      message(CartRejected, { orderId: cart, cartId, reason: 'cart-empty', detail: 'no lines' }),
      message(StockRejected, { orderId: stock, reason: 'out-of-stock', shortages: [] }),
      released(money, 'payment declined: no-funds'),
    );
    const reasons = ['cart-empty: no lines', 'out-of-stock', 'payment declined: no-funds'];
    expect(answers).toEqual([cart, stock, money].map((orderId, index) => OrderCancelled({ orderId, cartId, reason: reasons[index]! })));
    expect(await fails(released(stock, 'something else'))).toEqual([answers[1]]);
    expect(await rowOf(money)).toMatchObject({ status: 'CANCELLED', reason: reasons[2] });
  });

  it('is an error for an order that was completed', async () => {
    const [orderId = ''] = await placed();
    await pays(orderId);
    await expect(fails(released(orderId))).rejects.toMatchObject({ code: 'cancel-after-confirmation' });
  });
});

describe('the deadline', () => {
  it('gives an open order up: it is not confirmed any more, and cancelled once nothing is held', async () => {
    const [orderId = '', inTime = ''] = await placed(2);
    await passDeadline(orderId);
    expect(await deadlines().fire()).toBe(1);
    expect(saidOf(orderId)).toEqual([OrderConfirmationRefused({ orderId, reason: OVERDUE }, { correlationId: orderId, flow: 'checkout' })]);
    expect(await pays(orderId)).toEqual([refused(orderId)]);
    expect(await rowOf(orderId)).toMatchObject({ status: 'PENDING', refusal: OVERDUE });

    expect(await fails(released(orderId, 'payment refunded'))).toEqual([OrderCancelled({ orderId, cartId, reason: OVERDUE })]);
    expect(await rowOf(orderId)).toMatchObject({ status: 'CANCELLED', reason: OVERDUE });
    expect(await pays(orderId)).toEqual([refused(orderId)]);
    expect(saidOf(inTime)).toEqual([]);
  });

  it('does nothing to orders that have ended, or are orchestrated', async () => {
    const [completed = '', cancelled = ''] = await placed(2);
    const [orchestrated = ''] = await placed(1, 'orchestration');
    await pays(completed);
    await fails(released(cancelled, 'no'));
    await passDeadline(completed, cancelled);
    expect(await deadlines().fire()).toBe(0);
    expect(await pool.query('UPDATE orders.customer_order SET deadline = now() WHERE order_id = $1', [orchestrated]).catch(({ constraint }: { constraint: string }) => constraint)).toBe('customer_order_coordination');
  });

  it('is said again, later and later, until the order ends', async () => {
    const [orderId = ''] = await placed();
    await passDeadline(orderId);
    await deadlines().fire();
    expect(await deadlines().fire()).toBe(0);
    await passDeadline(orderId);
    await deadlines().fire();
    expect(saidOf(orderId)).toHaveLength(2);
    await fails(released(orderId));
    await passDeadline(orderId);
    expect(await deadlines().fire()).toBe(0);
  });

  it('waits while answers that came in time may still be in the queue', async () => {
    const [orderId = ''] = await placed();
    await passDeadline(orderId);
    expect(await deadlines(() => Promise.resolve(new Date(Date.now() - 60_000))).fire()).toBe(0);
    await expect(deadlines(() => Promise.reject(new Error('the broker is away'))).fire()).rejects.toThrow('away');
    expect(saidOf(orderId)).toEqual([]);
    expect(await deadlines().fire()).toBe(1);
  });

  it('loses against a confirmation that has the row already', async () => {
    const [orderId = ''] = await placed();
    await passDeadline(orderId);
    const fired = await transaction(async (tx) => {
      const [confirmed] = (await paymentProcessed[0].batch([paidFor(orderId)] as never, tx, [])) as Outgoing[];
      expect(confirmed?.type).toBe(OrderConfirmed);
      // Another transaction: it does not wait for the one that is under way.
      return deadlines().fire();
    });
    expect(fired).toBe(0);
    expect(await deadlines().fire()).toBe(0);
    expect(await rowOf(orderId)).toMatchObject({ status: 'COMPLETED', refusal: null });
  });

  it('wins against a confirmation that has to wait for the row', async () => {
    const [orderId = ''] = await placed();
    await passDeadline(orderId);
    let waiting: Promise<unknown> | undefined;
    const losing = new CheckoutDeadlines({
      transaction: (work) =>
        transaction(async (tx) => {
          const { result } = await work(tx);
          waiting = pays(orderId);
          await eventually(async () => {
            const { rows } = await pool.query(`SELECT 1 FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND application_name = 'checkout test'`);
            expect(rows).toHaveLength(1);
          });
          return result;
        }),
      horizon: () => Promise.resolve(new Date(Date.now() + 60_000)),
      logger,
    });
    expect(await losing.fire()).toBe(1);
    expect(await waiting).toEqual([refused(orderId)]);
    expect(await rowOf(orderId)).toMatchObject({ status: 'PENDING', refusal: OVERDUE });
  });

  it('is shared by several processes: each order is given up by one', async () => {
    const orderIds = await placed(40);
    await passDeadline(...orderIds);
    const counts = await Promise.all([deadlines().fire(), deadlines().fire(), deadlines().fire()]);
    expect(counts.reduce((all, count) => all + count, 0)).toBe(40);
    expect(orderIds.map((orderId) => saidOf(orderId).length)).toEqual(orderIds.map(() => 1));
  });
});
