import type { MessageType } from '@comptoir/contracts';
import { ReserveStock, ReturnRefused, ReturnReversed, StockReturned } from '@comptoir/contracts/inventory';
import { OrderConfirmed } from '@comptoir/contracts/orders';
import { RefundCalculated, RefundFailed } from '@comptoir/contracts/payments';
import { pgPool, pgUnitOfWork, type Handler, type Message, type SqlTransaction } from '@comptoir/messaging';
import { handling, message } from '@comptoir/messaging/testing';
import { eventually, freshDatabase, type FreshDatabase } from '@comptoir/testing';
import type { Pool } from 'pg';
import { v7 as uuidv7 } from 'uuid';
import { orderConfirmed } from '../order-confirmed';
import { reserveStock } from '../reserve-stock';
import { setOpeningStock } from '../set-opening-stock';
import { returnStock } from './return-stock';

let database: FreshDatabase;
let pool: Pool;
beforeAll(async () => {
  database = await freshDatabase('inventory');
  pool = pgPool({ connectionString: database.url, applicationName: 'inventory test' });
});
afterEach(async () => {
  // What orders took is sold + returned, and what is back is in the books of the orders.
  const { rows } = await pool.query<{ broken: string }>(`
    SELECT s.sku AS broken FROM inventory.stock s
    LEFT JOIN (
      SELECT l.sku, sum(l.quantity) AS units FROM inventory.reservation, json_to_recordset(lines) AS l (sku text, quantity bigint)
      WHERE state = 'sold' GROUP BY 1) o USING (sku)
    LEFT JOIN (SELECT sku, sum(returned + kept) AS units FROM inventory.returned_goods GROUP BY 1) g USING (sku)
    WHERE s.sold + s.returned <> coalesce(o.units, 0) OR s.returned <> coalesce(g.units, 0)
      OR s.opening + s.received <> s.available + s.reserved + s.sold`);
  expect(rows).toEqual([]);
});
afterAll(async () => {
  await pool.end();
  await database.drop();
});

const [calculated, undone] = returnStock;
type Sent = { type: MessageType; body: Record<string, unknown> } | undefined;
const transaction = <T>(work: (tx: SqlTransaction) => Promise<T>) => pgUnitOfWork(pool).run(work);
const run = async (handler: Handler, ...messages: readonly Message[]): Promise<readonly Sent[]> =>
  (await handling(handler, { unitOfWork: pgUnitOfWork(pool) })(...messages)).map(([answer]) => answer as Sent);
const line = (sku: string, quantity: number) => ({ sku, quantity });

let count = 0;
async function stocked(...units: number[]): Promise<string[]> {
  const lines = units.map((quantity) => line(`SKU-${String(++count).padStart(4, '0')}`, quantity));
  await transaction((tx) => setOpeningStock(tx, lines));
  return lines.map(({ sku }) => sku);
}
async function reserved(...lines: { sku: string; quantity: number }[]): Promise<string> {
  const orderId = uuidv7();
  await run(reserveStock, message(ReserveStock, { orderId, lines }));
  return orderId;
}
const confirm = (orderId: string) =>
  run(orderConfirmed, message(OrderConfirmed, { orderId, customerId: 'C-1', lines: [{ sku: 'X', quantity: 1, unitPrice: 1 }], total: { amount: 1, currency: 'GBP' } }));
async function sold(...lines: { sku: string; quantity: number }[]): Promise<string> {
  const orderId = await reserved(...lines);
  await confirm(orderId);
  return orderId;
}
interface Ids { readonly refundId: string; readonly claimId: string; readonly orderId: string }
const idsFor = (orderId: string): Ids => ({ refundId: uuidv7(), claimId: uuidv7(), orderId });
const refund = (ids: Ids, ...lines: { sku: string; quantity: number; restock?: boolean }[]) => refundAt(1, ids, ...lines);
const refundAt = (attempt: number, ids: Ids, ...lines: { sku: string; quantity: number; restock?: boolean }[]) =>
  message(RefundCalculated, { ...ids, lines: lines.map((each) => ({ amount: 100, restock: true, ...each })), amount: { amount: 100 * lines.length, currency: 'GBP' } }, { attempt });
const failed = (ids: Ids) => message(RefundFailed, { ...ids, reason: 'account-closed' });
async function stockOf(sku: string) {
  const { rows } = await pool.query<Record<string, string>>('SELECT available, reserved, sold, returned FROM inventory.stock WHERE sku = $1', [sku]);
  return rows[0] && Object.fromEntries(Object.entries(rows[0]).map(([key, value]) => [key, Number(value)]));
}
const stateOf = async ({ refundId }: Ids) =>
  (await pool.query<{ state: string }>('SELECT state FROM inventory.goods_return WHERE refund_id = $1', [refundId])).rows[0]?.state;

describe('RefundCalculated', () => {
  it('brings the goods back into stock, once however often it is said', async () => {
    const [a = '', b = ''] = await stocked(5, 5);
    const orderId = await sold(line(a, 3), line(b, 1));
    const ids = idsFor(orderId);
    const wanted = refund(ids, line(a, 2), { sku: b, quantity: 1, restock: false });
    const [first, twin] = await run(calculated, wanted, refund(ids, line(a, 2)));
    expect(first).toMatchObject({ type: StockReturned, body: { ...ids, lines: [line(a, 2)] } });
    expect([twin, ...(await run(calculated, wanted))]).toEqual([first, first]);
    expect(await stockOf(a)).toEqual({ available: 4, reserved: 0, sold: 1, returned: 2 });
    expect(await stockOf(b)).toEqual({ available: 4, reserved: 0, sold: 1, returned: 0 });
  });

  it('of goods that are not to come back is answered all the same', async () => {
    const [a = ''] = await stocked(1);
    const ids = idsFor(await sold(line(a, 1)));
    expect(await run(calculated, refund(ids, { sku: a, quantity: 1, restock: false }))).toMatchObject([{ type: StockReturned, body: { lines: [] } }]);
    expect(await stockOf(a)).toEqual({ available: 0, reserved: 0, sold: 1, returned: 0 });
  });

  it('brings back what can be sold once more', async () => {
    const [a = ''] = await stocked(1);
    await run(calculated, refund(idsFor(await sold(line(a, 1))), line(a, 1)));
    await run(calculated, refund(idsFor(await sold(line(a, 1))), line(a, 1)));
    expect(await stockOf(a)).toEqual({ available: 1, reserved: 0, sold: 0, returned: 2 });
    await expect(transaction((tx) => setOpeningStock(tx, [line(a, 9)]))).rejects.toMatchObject({ code: 'stock-has-moved' });
  });

  it('of more than was sold is refused, whatever came back before, and of an order without a sale', async () => {
    const [a = ''] = await stocked(5);
    const orderId = await sold(line(a, 3));
    await run(calculated, refund(idsFor(orderId), line(a, 2)));
    const answers = await run(calculated, refund(idsFor(orderId), line(a, 2)), refund(idsFor(uuidv7()), line(a, 1)), refund(idsFor(orderId), line(a, 1)));
    expect(answers.map((answer) => [answer?.type, answer?.body['reason']])).toEqual([
      [ReturnRefused, 'more-than-sold'], [ReturnRefused, 'not-sold'], [StockReturned, undefined],
    ]);
    expect(await stockOf(a)).toMatchObject({ available: 5, sold: 0, returned: 3 });
  });

  it('that overtakes the sale of its order is tried again, and refused when no sale comes', async () => {
    const [a = ''] = await stocked(5);
    const [orderId, other] = [await reserved(line(a, 1)), await reserved(line(a, 1))];
    const [ids, never] = [idsFor(orderId), idsFor(other)];
    await expect(run(calculated, refund(ids, line(a, 1)))).rejects.toMatchObject({ code: 'not-sold-yet' });
    await confirm(orderId);
    expect((await run(calculated, refundAt(2, ids, line(a, 1))))[0]?.type).toBe(StockReturned);
    await expect(run(calculated, refundAt(3, never, line(a, 1)))).rejects.toMatchObject({ code: 'not-sold-yet' });
    expect((await run(calculated, refundAt(4, never, line(a, 1))))[0]?.body).toMatchObject({ reason: 'not-sold' });
  });

  it('of one order twice at once never brings back more than was sold', async () => {
    const [a = '', b = ''] = await stocked(100, 100);
    const orders = await Promise.all(Array.from({ length: 8 }, () => sold(line(a, 3), line(b, 3))));
    const wanted = orders.flatMap((orderId) => [0, 1, 2].map((n) => refund(idsFor(orderId), ...(n % 2 ? [line(a, 2), line(b, 2)] : [line(b, 2), line(a, 2)]))));
    const slices = [0, 1, 2].map((n) => wanted.filter((_, index) => index % 3 === n));
    const answers = (await Promise.all(slices.map((slice, index) => run(calculated, ...(index % 2 ? [...slice].reverse() : slice))))).flat();
    expect(answers.filter((answer) => answer?.type === StockReturned)).toHaveLength(8);
    expect(await stockOf(a)).toMatchObject({ available: 92, sold: 8, returned: 16 });
  });

  it('waits for the return that is just being committed, and sees what it left', async () => {
    const [a = ''] = await stocked(3);
    const orderId = await sold(line(a, 3));
    const { second } = await transaction(async (tx) => {
      await calculated.batch([refund(idsFor(orderId), line(a, 2))], tx, []);
      const second = run(calculated, refund(idsFor(orderId), line(a, 2)));
      await blocked(1);
      return { second };
    });
    expect((await second)[0]?.body).toMatchObject({ reason: 'more-than-sold' });
  });
});

describe('RefundFailed', () => {
  it('takes the goods out of stock again, once', async () => {
    const [a = ''] = await stocked(5);
    const ids = idsFor(await sold(line(a, 3)));
    await run(calculated, refund(ids, line(a, 2)));
    const [first, twin] = await run(undone, failed(ids), failed(ids));
    expect(first).toMatchObject({ type: ReturnReversed, body: { ...ids, lines: [line(a, 2)], reason: 'account-closed' } });
    expect([twin, ...(await run(undone, failed(ids)))]).toEqual([first, first]);
    expect(await stockOf(a)).toEqual({ available: 2, reserved: 0, sold: 3, returned: 0 });
    expect((await run(calculated, refund(ids, line(a, 2))))[0]).toMatchObject({ type: ReturnRefused, body: { reason: 'void' } });
    expect(await stockOf(a)).toMatchObject({ sold: 3, returned: 0 });
  });

  it('that overtakes the return leaves it void, and no goods come back', async () => {
    const [a = ''] = await stocked(5);
    const ids = idsFor(await sold(line(a, 3)));
    expect((await run(undone, failed(ids)))[0]).toMatchObject({ type: ReturnReversed, body: { lines: [] } });
    expect((await run(calculated, refund(ids, line(a, 2))))[0]).toMatchObject({ type: ReturnRefused, body: { reason: 'void' } });
    expect(await stateOf(ids)).toBe('void');
    expect(await stockOf(a)).toMatchObject({ sold: 3, returned: 0 });
  });

  it('finds goods sold on: takes what is there, keeps the rest, and the next attempt counts it as there', async () => {
    const [a = ''] = await stocked(2);
    const orderId = await sold(line(a, 2));
    const ids = idsFor(orderId);
    await run(calculated, refund(ids, line(a, 2)));
    const other = await reserved(line(a, 1));
    expect((await run(undone, failed(ids)))[0]?.body).toMatchObject({ lines: [line(a, 1)] });
    expect(await stockOf(a)).toEqual({ available: 0, reserved: 1, sold: 1, returned: 1 });
    // The other customer's goods are untouched.
    await confirm(other);
    const again = idsFor(orderId);
    expect((await run(calculated, refund(again, line(a, 2))))[0]).toMatchObject({ type: StockReturned, body: { lines: [line(a, 2)] } });
    expect(await stockOf(a)).toEqual({ available: 1, reserved: 0, sold: 1, returned: 2 });
  });

  it('does not deadlock with returns, reservations and sales of the same SKUs', async () => {
    const [a = '', b = '', c = ''] = await stocked(500, 500, 500);
    const [there, back] = [[line(a, 1), line(b, 1), line(c, 1)], [line(c, 1), line(b, 1), line(a, 1)]];
    const orders = await Promise.all(Array.from({ length: 30 }, (_, index) => sold(...(index % 2 ? there : back))));
    const refunds = orders.map((orderId) => idsFor(orderId));
    await run(calculated, ...refunds.slice(0, 15).map((ids) => refund(ids, ...back)));
    await Promise.all([
      run(undone, ...refunds.slice(0, 15).reverse().map(failed)),
      run(calculated, ...refunds.slice(15).map((ids) => refund(ids, ...there))),
      run(calculated, ...refunds.slice(15).reverse().map((ids) => refund(ids, ...back))),
      ...Array.from({ length: 10 }, (_, index) => sold(...(index % 2 ? there : back))),
    ]);
    for (const sku of [a, b, c]) expect(await stockOf(sku)).toEqual({ available: 475, reserved: 0, sold: 25, returned: 15 });
  });

  it('and a return of one refund at once, without an order to lock, agree', async () => {
    const ids = idsFor(uuidv7());
    const { second } = await transaction(async (tx) => {
      await undone.batch([failed(ids)], tx, []);
      const second = run(calculated, refund(ids, line('X', 1))).catch((error: unknown) => error);
      await blocked(1);
      return { second };
    });
    expect(await second).toMatchObject({ code: 'retry-now' });
    expect((await run(calculated, refund(ids, line('X', 1))))[0]?.body).toMatchObject({ reason: 'void' });
  });

  it('of another order than the goods came from is an error', async () => {
    const [a = ''] = await stocked(2);
    const ids = idsFor(await sold(line(a, 1)));
    await run(calculated, refund(ids, line(a, 1)));
    await expect(run(undone, failed({ ...ids, orderId: uuidv7() }))).rejects.toMatchObject({ code: 'return-of-another-order' });
    expect(await stockOf(a)).toMatchObject({ returned: 1 });
  });
});

/** Waits until this many sessions of the database wait for a lock. */
const blocked = (sessions: number) =>
  eventually(async () => {
    const { rows } = await pool.query(`SELECT FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'`);
    expect(rows).toHaveLength(sessions);
  });
