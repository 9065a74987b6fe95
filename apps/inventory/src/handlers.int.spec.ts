import type { MessageType } from '@comptoir/contracts';
import { StockReleased, StockReserved, StockRejected, StockSold, type StockLine } from '@comptoir/contracts/inventory';
import { pgPool, pgUnitOfWork, type SqlTransaction } from '@comptoir/messaging';
import { eventually, freshDatabase, type FreshDatabase } from '@comptoir/testing';
import type { Pool } from 'pg';
import { v7 as uuidv7 } from 'uuid';
import { orderConfirmed } from './order-confirmed';
import { receiveStock } from './receive-stock';
import { releaseStock } from './release-stock';
import { reserveStock } from './reserve-stock';
import { setOpeningStock, StockHasMoved } from './set-opening-stock';

let database: FreshDatabase;
let pool: Pool;
beforeAll(async () => {
  database = await freshDatabase('inventory');
  pool = pgPool({ connectionString: database.url, applicationName: 'inventory test' });
});
afterAll(async () => {
  await pool.end();
  await database.drop();
});
afterEach(async () => {
  const { rows } = await pool.query<{ broken: string }>(`
    SELECT coalesce(s.sku, r.sku) AS broken
    FROM inventory.stock s FULL JOIN (
      SELECT l.sku,
        sum(l.quantity) FILTER (WHERE state = 'reserved') AS reserved,
        sum(l.quantity) FILTER (WHERE state = 'sold') AS sold
      FROM inventory.reservation, json_to_recordset(lines) AS l (sku text, quantity bigint)
      WHERE state IN ('reserved', 'sold') GROUP BY l.sku
    ) r USING (sku)
    WHERE s.opening + s.received IS DISTINCT FROM s.available + s.reserved + s.sold
      OR s.reserved <> coalesce(r.reserved, 0) OR s.sold <> coalesce(r.sold, 0)`);
  expect(rows).toEqual([]);
});

type Answer = { type: MessageType; body: Record<string, unknown> } | undefined;
type Batch = { batch: (messages: never, tx: SqlTransaction, results: never) => Promise<unknown> };
const transaction = <T>(work: (tx: SqlTransaction) => Promise<T>) => pgUnitOfWork(pool).run(work);
/** Hands bodies to a handler as the runtime does; handlers look at nothing else of a message. */
const handled = (handler: Batch, tx: SqlTransaction, bodies: readonly unknown[]) =>
  handler.batch(bodies.map((body) => ({ body })) as never, tx, [] as never) as Promise<readonly Answer[]>;
const run = (handler: Batch, ...bodies: readonly unknown[]) => transaction((tx) => handled(handler, tx, bodies));

const wish = (...lines: StockLine[]) => ({ orderId: uuidv7(), lines });
const release = ({ orderId }: { orderId: string }) => ({ orderId, reason: 'test' });
const line = (sku: string, quantity: number) => ({ sku, quantity });
let count = 0;
/** SKUs of one's own. */
async function stocked(...units: number[]): Promise<string[]> {
  const lines = units.map((quantity) => line(`SKU-${String(++count).padStart(4, '0')}`, quantity));
  await transaction((tx) => setOpeningStock(tx, lines));
  return lines.map(({ sku }) => sku);
}
async function stockOf(sku: string) {
  const { rows } = await pool.query<Record<string, string>>(
    'SELECT opening, received, available, reserved, sold FROM inventory.stock WHERE sku = $1',
    [sku],
  );
  return rows[0] && Object.fromEntries(Object.entries(rows[0]).map(([key, value]) => [key, Number(value)]));
}
const stateOf = async ({ orderId }: { orderId: string }) =>
  (await pool.query<{ state: string }>('SELECT state FROM inventory.reservation WHERE order_id = $1', [orderId])).rows[0]?.state;

describe('ReserveStock', () => {
  it('serves a batch in the order it came, all of an order or nothing', async () => {
    const [a = '', b = ''] = await stocked(3, 1);
    const orders = [wish(line(a, 2)), wish(line(a, 1), line(b, 2)), wish(line(a, 1), line(b, 1)), wish(line('NOWHERE', 1))];
    const answers = await run(reserveStock, ...orders);
    expect(answers.map((answer) => answer?.type)).toEqual([StockReserved, StockRejected, StockReserved, StockRejected]);
    expect(answers[1]?.body).toMatchObject({ reason: 'out-of-stock', shortages: [{ sku: b, requested: 2, available: 1 }] });
    expect(answers[3]?.body).toMatchObject({ reason: 'unknown-sku' });
    expect(await stockOf(a)).toMatchObject({ available: 0, reserved: 3 });
    expect(await Promise.all(orders.map(stateOf))).toEqual(['reserved', 'rejected', 'reserved', 'rejected']);
  });

  it('answers an order that comes again as it did before, and takes nothing more', async () => {
    const [a = ''] = await stocked(3);
    const [good, bad] = [wish(line(a, 2), line(a, 1)), wish(line(a, 9))];
    const first = await run(reserveStock, good, bad, good);
    expect(first[0]?.body).toEqual({ orderId: good.orderId, lines: [line(a, 3)] });
    expect(first[2]).toEqual(first[0]);
    const more = wish(line(a, 1));
    const again = await run(reserveStock, bad, more, good);
    expect(again).toEqual([first[1], expect.objectContaining({ type: StockRejected }), first[0]]);
    expect(await stockOf(a)).toMatchObject({ available: 0, reserved: 3 });
  });

  it('two transactions that want the same SKUs in opposite order neither deadlock nor oversell', async () => {
    const [a = '', b = '', c = ''] = await stocked(100, 100, 100);
    const batch = (...skus: string[]) => Array.from({ length: 10 }, () => wish(...skus.map((sku) => line(sku, 1))));
    const runs = Array.from({ length: 12 }, (_, index) => run(reserveStock, ...(index % 2 ? batch(a, b, c) : batch(c, b, a))));
    const answers = (await Promise.all(runs)).flat();
    expect(answers.filter((answer) => answer?.type === StockReserved)).toHaveLength(100);
    for (const sku of [a, b, c]) expect(await stockOf(sku)).toMatchObject({ available: 0, reserved: 100 });
  });

  it('sees what another transaction left when it had to wait for it', async () => {
    const [a = ''] = await stocked(5);
    const first = pgUnitOfWork(pool).run(async (tx) => {
      const answers = await handled(reserveStock, tx, [wish(line(a, 5))]);
      const second = run(reserveStock, wish(line(a, 1)));
      await blocked(1);
      return { answers, second };
    });
    const { answers, second } = await first;
    expect(answers[0]?.type).toBe(StockReserved);
    expect((await second)[0]?.body).toMatchObject({ reason: 'out-of-stock', shortages: [{ available: 0 }] });
  });
});

describe('ReleaseStock', () => {
  it('gives back what was reserved, once', async () => {
    const [a = ''] = await stocked(5);
    const order = wish(line(a, 4));
    await run(reserveStock, order);
    const [first, twin] = await run(releaseStock, release(order), release(order));
    expect(first).toMatchObject({ type: StockReleased, body: { orderId: order.orderId, lines: [line(a, 4)] } });
    expect(twin).toEqual(first);
    expect(await run(releaseStock, release(order))).toEqual([first]);
    expect(await stockOf(a)).toMatchObject({ available: 5, reserved: 0 });
  });

  it('that overtakes its ReserveStock leaves a void reservation, and nothing is reserved afterwards', async () => {
    const [a = ''] = await stocked(5);
    const order = wish(line(a, 4));
    expect((await run(releaseStock, release(order)))[0]?.body).toMatchObject({ lines: [] });
    expect(await stateOf(order)).toBe('void');
    const [late] = await run(reserveStock, order);
    expect(late).toMatchObject({ type: StockRejected, body: { reason: 'void', shortages: [] } });
    expect(await stockOf(a)).toMatchObject({ available: 5, reserved: 0 });
  });

  it('waits for a ReserveStock that is just being committed, and undoes it', async () => {
    const [a = ''] = await stocked(5);
    const order = wish(line(a, 4));
    const released = await transaction(async (tx) => {
      await handled(reserveStock, tx, [order]);
      const released = run(releaseStock, release(order));
      await blocked(1);
      return { released };
    });
    expect((await released.released)[0]?.body).toMatchObject({ lines: [line(a, 4)] });
    expect(await stockOf(a)).toMatchObject({ available: 5, reserved: 0 });
  });

  it('that is just being committed refuses the ReserveStock that waits for it', async () => {
    const [a = ''] = await stocked(5);
    const order = wish(line(a, 4));
    const { late } = await transaction(async (tx) => {
      await handled(releaseStock, tx, [release(order)]);
      const late = run(reserveStock, order, wish(line(a, 1)));
      await blocked(1);
      return { late };
    });
    expect((await late).map((answer) => answer?.type)).toEqual([StockRejected, StockReserved]);
    expect(await stockOf(a)).toMatchObject({ available: 4, reserved: 1 });
  });

  it('does not deadlock with reservations and sales of the same SKUs', async () => {
    const [a = '', b = '', c = ''] = await stocked(1_000, 1_000, 1_000);
    const skus = [a, b, c];
    const orders = Array.from({ length: 120 }, (_, index) =>
      wish(...(index % 2 ? skus : [...skus].reverse()).map((sku) => line(sku, 1 + (index % 3)))),
    );
    await run(reserveStock, ...orders);
    const [toSell, toRelease] = [orders.slice(0, 60), orders.slice(60)];
    const chunks = <T>(all: T[], size: number) => Array.from({ length: all.length / size }, (_, n) => all.slice(n * size, (n + 1) * size));
    await Promise.all([
      ...chunks(toSell, 20).map((some) => run(orderConfirmed, ...some)),
      ...chunks([...toRelease].reverse(), 20).map((some) => run(releaseStock, ...some.map(release))),
      ...chunks(orders.map(() => wish(line(c, 1), line(a, 1))), 40).map((some) => run(reserveStock, ...some)),
    ]);
    expect(await stockOf(b)).toMatchObject({ reserved: 0, sold: 120, available: 880 });
  });
});

describe('OrderConfirmed', () => {
  it('turns the reservation into sold, once', async () => {
    const [a = '', b = ''] = await stocked(5, 5);
    const order = wish(line(a, 2), line(b, 1));
    await run(reserveStock, order);
    const answers = await run(orderConfirmed, order, order);
    expect(answers).toEqual([expect.objectContaining({ type: StockSold, body: { orderId: order.orderId, lines: order.lines } }), undefined]);
    expect(await run(orderConfirmed, order)).toEqual([undefined]);
    expect(await stockOf(a)).toEqual({ opening: 5, received: 0, available: 3, reserved: 0, sold: 2 });
    expect(await stateOf(order)).toBe('sold');
  });

  it('without a reservation is an error, and a batch with one sells nothing', async () => {
    const [a = ''] = await stocked(5);
    const [order, released] = [wish(line(a, 2)), wish(line(a, 1))];
    await run(reserveStock, order, released);
    await run(releaseStock, release(released));
    await expect(run(orderConfirmed, order, wish(line(a, 1)))).rejects.toMatchObject({ code: 'sale-without-reservation' });
    await expect(run(orderConfirmed, released)).rejects.toMatchObject({ code: 'sale-without-reservation', data: { state: 'released' } });
    expect(await stockOf(a)).toMatchObject({ reserved: 2, sold: 0 });
  });
});

describe('receipts and opening stock', () => {
  it('adds what came in, and stocks a SKU never seen before', async () => {
    const [a = ''] = await stocked(5);
    const fresh = `${a}-NEW`;
    const accepted = await transaction((tx) =>
      receiveStock.batch([{ lines: [line(a, 2), line(fresh, 1), line(a, 1)] }, { lines: [line(a, 10)] }], tx),
    );
    expect(accepted[0]?.reply.lines).toEqual([line(a, 3), line(fresh, 1)]);
    expect(accepted.map(({ messages }) => messages?.[0]?.body)).toEqual(accepted.map(({ reply }) => reply));
    expect(await stockOf(a)).toMatchObject({ opening: 5, received: 13, available: 18 });
    expect(await stockOf(fresh)).toMatchObject({ opening: 0, received: 1, available: 1 });
  });

  it('sets opening stock anew until units have moved, then refuses all of a request', async () => {
    const [a = '', b = ''] = await stocked(5, 5);
    await transaction((tx) => setOpeningStock(tx, [line(a, 7), line(b, 0)]));
    expect(await stockOf(a)).toMatchObject({ opening: 7, available: 7 });
    await run(reserveStock, wish(line(a, 1)));
    await expect(transaction((tx) => setOpeningStock(tx, [line(b, 9), line(a, 9)]))).rejects.toEqual(new StockHasMoved({ skus: [a] }));
    expect(await stockOf(b)).toMatchObject({ opening: 0 });
    await transaction((tx) => setOpeningStock(tx, [line(a, 7), line(b, 9)]));
    expect(await stockOf(a)).toMatchObject({ opening: 7, available: 6, reserved: 1 });
  });

  it('sets thousands of SKUs at once', async () => {
    const lines = Array.from({ length: 5_000 }, (_, index) => line(`BULK-${index}`, index));
    await transaction((tx) => setOpeningStock(tx, lines));
    expect(await stockOf('BULK-4999')).toMatchObject({ opening: 4_999 });
  });

  it('the database itself refuses stock that does not add up', async () => {
    const [a = ''] = await stocked(5);
    const update = (set: string) => pool.query(`UPDATE inventory.stock SET ${set} WHERE sku = $1`, [a]);
    await expect(update('available = 4')).rejects.toMatchObject({ constraint: 'stock_conserved' });
    await expect(update('available = -1, reserved = 6')).rejects.toMatchObject({ constraint: 'stock_not_negative' });
  });
});

/** Waits until this many sessions of the database wait for a lock. */
const blocked = (sessions: number) =>
  eventually(async () => {
    const { rows } = await pool.query(
      `SELECT FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'`,
    );
    expect(rows).toHaveLength(sessions);
  });
