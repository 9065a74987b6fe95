import type { MessageType } from '@comptoir/contracts';
import { REFUND, RefundRequested } from '@comptoir/contracts/claims';
import { ReturnRefused, ReturnReversed, StockReturned } from '@comptoir/contracts/inventory';
import { CloseRefund, ProcessPayment, RefundCalculated, RefundFailed, RefundHoldReleased, RefundIssued, RefundPayment, RefundRefused } from '@comptoir/contracts/payments';
import { pgPool, pgUnitOfWork, type Handler, type Message, type SqlTransaction } from '@comptoir/messaging';
import { handling, message } from '@comptoir/messaging/testing';
import { eventually, freshDatabase, type FreshDatabase } from '@comptoir/testing';
import { PrismaPg } from '@prisma/adapter-pg';
import type { Pool } from 'pg';
import { v7 as uuidv7 } from 'uuid';
import { PaymentGateway } from '../gateway/payment-gateway';
import { booksOn } from '../gateway/provider';
import { SimulatedGateway } from '../gateway/simulated-gateway';
import { PrismaClient } from '../generated/prisma/client';
import { processPayment } from '../process-payment';
import { refundPayment } from '../refund-payment';
import { closeRefund } from './close-refund';
import { holdRefund } from './hold-refund';
import { payOut } from './pay-out';

let database: FreshDatabase;
let pool: Pool;
let prisma: PrismaClient;
let gateway: PaymentGateway;
const gatewayWith = (timeoutMs: number, options: { failureRate?: number; random?: () => number } = {}) =>
  new PaymentGateway(new SimulatedGateway({ books: booksOn(pool), latencyMs: 0, failureRate: 0, ...options }), timeoutMs);
beforeAll(async () => {
  database = await freshDatabase('payments');
  pool = pgPool({ connectionString: database.url, applicationName: 'payments test' });
  prisma = new PrismaClient({ adapter: new PrismaPg({ connectionString: database.url }) });
});
beforeEach(() => {
  gateway = gatewayWith(5_000);
});
afterEach(async () => {
  jest.restoreAllMocks();
  // What must hold after every test: no more given back than captured, and both books agree.
  const { rows } = await pool.query(`
    SELECT p.order_id FROM payments.payment p LEFT JOIN gateway.charge c ON c.key = p.order_id::text
    WHERE p.refunded + CASE p.state WHEN 'captured' THEN p.held ELSE 0 END > p.captured OR c.refunded > c.amount
      OR p.held <> (SELECT coalesce(sum(r.amount), 0) FROM payments.refund r WHERE r.order_id = p.order_id AND r.state IN ('held', 'paying', 'failed'))`);
  expect(rows).toEqual([]);
});
afterAll(async () => {
  await prisma.$disconnect();
  await pool.end();
  await database.drop();
});

const [requested, undone] = holdRefund;
const [returned] = payOut;
type Sent = { type: MessageType; body: Record<string, unknown> };
const transaction = <T>(work: (tx: SqlTransaction) => Promise<T>) => pgUnitOfWork(pool).run(work);
const context = () => ({ signal: new AbortController().signal, get: (what: unknown) => (what === PrismaClient ? prisma : gateway) }) as never;

/** One message each, as the runtime handles them; and its phases one by one. */
const run = async (handler: Handler, ...messages: readonly Message[]): Promise<readonly Sent[]> =>
  ((await handling(handler, { unitOfWork: pgUnitOfWork(pool), providers: new Map<unknown, unknown>([[PaymentGateway, gateway], [PrismaClient, prisma]]) })(...messages)) as readonly Sent[][]).map(
    ([answer]) => answer!,
  );
const known = async (handler: Handler, one: Message) => (await transaction((tx) => handler.known!([one], tx, context())))[0];
const called = (handler: Handler, one: Message) => handler.call!(one, context());
const commit = async (handler: Handler, one: Message, result: unknown): Promise<Sent> =>
  (await transaction((tx) => handler.batch([one], tx, [result])) as Sent[])[0]!;

const money = { amount: 1250, currency: 'GBP' };
async function paidOrder(token = 'tok_approve'): Promise<string> {
  const orderId = uuidv7();
  await run(processPayment, message(ProcessPayment, { orderId, amount: money, token }));
  return orderId;
}
interface Ids { readonly refundId: string; readonly claimId: string; readonly orderId: string }
const idsFor = (orderId: string): Ids => ({ refundId: uuidv7(), claimId: uuidv7(), orderId });
const request = (ids: Ids, amount: number, currency = 'GBP') =>
  message(RefundRequested, { ...ids, customerId: 'C-1', lines: [{ sku: 'MUG', quantity: 1, amount, restock: true }], total: { amount, currency } }, { flow: REFUND });
const stockReturned = (ids: Ids) => message(StockReturned, { ...ids, lines: [] });
const returnRefused = (ids: Ids) => message(ReturnRefused, { ...ids, reason: 'not-sold', detail: 'test' });
const returnReversed = (ids: Ids) => message(ReturnReversed, { ...ids, lines: [], reason: 'test' });
const closing = (ids: Ids) => message(CloseRefund, { ...ids, reason: 'overdue' });
async function moneyOf(orderId: string) {
  const { rows } = await pool.query<{ refunded: string; held: string; given: string | null }>(
    `SELECT p.refunded, p.held, c.refunded AS given FROM payments.payment p LEFT JOIN gateway.charge c ON c.key = p.order_id::text WHERE p.order_id = $1`,
    [orderId],
  );
  return rows[0] && { refunded: Number(rows[0].refunded), held: Number(rows[0].held), given: Number(rows[0].given) };
}
const stateOf = async ({ refundId }: Ids) =>
  (await pool.query<{ state: string }>('SELECT state FROM payments.refund WHERE refund_id = $1', [refundId])).rows[0]?.state;
async function held(orderId: string, amount = 400): Promise<Ids> {
  const ids = idsFor(orderId);
  expect((await run(requested, request(ids, amount)))[0]?.type).toBe(RefundCalculated);
  return ids;
}

describe('a refund', () => {
  it('is held, paid out and given back by the gateway, once, however often each of it is said', async () => {
    const orderId = await paidOrder();
    const ids = idsFor(orderId);
    const first = await run(requested, request(ids, 400), request(ids, 400));
    expect(first[0]).toMatchObject({ type: RefundCalculated, body: { ...ids, amount: { amount: 400, currency: 'GBP' }, lines: [{ sku: 'MUG' }] } });
    expect(first[1]).toEqual(first[0]);
    expect(await run(requested, request(ids, 400))).toEqual([first[0]]);
    expect(await moneyOf(orderId)).toEqual({ refunded: 0, held: 400, given: 0 });
    const issued = await run(returned, stockReturned(ids), stockReturned(ids));
    expect(issued[0]).toMatchObject({ type: RefundIssued, body: { ...ids, customerId: 'C-1', amount: { amount: 400, currency: 'GBP' } } });
    expect([issued[1], ...(await run(returned, stockReturned(ids)))]).toEqual([issued[0], issued[0]]);
    expect(await run(closeRefund, closing(ids))).toEqual([issued[0]]);
    expect(await run(requested, request(ids, 400))).toEqual([first[0]]);
    expect(await moneyOf(orderId)).toEqual({ refunded: 400, held: 0, given: 400 });
  });

  it('of all that is left leaves nothing for the next, and is refused in another currency or without a payment', async () => {
    const orderId = await paidOrder();
    await run(returned, stockReturned(await held(orderId, 1000)));
    const answers = await run(requested, request(idsFor(orderId), 251), request(idsFor(orderId), 100, 'EUR'), request(idsFor(uuidv7()), 1), request(idsFor(orderId), 250));
    expect(answers.map(({ type, body }) => [type, body['reason']])).toEqual([
      [RefundRefused, 'more-than-left'], [RefundRefused, 'other-currency'], [RefundRefused, 'nothing-captured'], [RefundCalculated, undefined],
    ]);
  });

  it('whose goods cannot come back frees what was held, for another', async () => {
    const orderId = await paidOrder();
    const ids = await held(orderId, 1250);
    const released = await run(undone, returnRefused(ids), returnRefused(ids));
    expect(released[0]).toMatchObject({ type: RefundHoldReleased, body: { ...ids, amount: 1250 } });
    expect(released[1]).toEqual(released[0]);
    expect(await moneyOf(orderId)).toEqual({ refunded: 0, held: 0, given: 0 });
    // A late echo of the goods pays nothing out, and one of the request holds nothing.
    expect((await run(returned, stockReturned(ids)))[0]?.type).toBe(RefundFailed);
    expect((await run(requested, request(ids, 1250)))[0]).toMatchObject({ type: RefundRefused, body: { reason: 'void' } });
    await held(orderId, 1250);
  });

  it('that is undone before it was requested is void, and the late request is refused', async () => {
    const orderId = await paidOrder();
    const ids = idsFor(orderId);
    expect((await run(undone, returnReversed(ids)))[0]).toMatchObject({ type: RefundHoldReleased, body: { amount: 0 } });
    expect((await run(requested, request(ids, 100)))[0]).toMatchObject({ type: RefundRefused, body: { reason: 'void' } });
    expect((await run(undone, returnRefused(ids)))[0]).toMatchObject({ body: { amount: 0 } });
    expect(await moneyOf(orderId)).toMatchObject({ held: 0 });
  });

  it('that the gateway refuses for good has failed, and its hold goes when the goods have left again', async () => {
    const orderId = await paidOrder('tok_no_refund');
    const ids = await held(orderId);
    const [failed] = await run(returned, stockReturned(ids));
    expect(failed).toMatchObject({ type: RefundFailed, body: { reason: 'account-closed' } });
    expect(await moneyOf(orderId)).toEqual({ refunded: 0, held: 400, given: 0 });
    expect(await run(returned, stockReturned(ids))).toEqual([failed]);
    expect(await run(closeRefund, closing(ids))).toEqual([failed]);
    expect((await run(undone, returnReversed(ids)))[0]).toMatchObject({ body: { amount: 400 } });
    expect(await moneyOf(orderId)).toEqual({ refunded: 0, held: 0, given: 0 });
    // The order itself can be undone all the same.
    expect((await run(refundPayment, message(RefundPayment, { orderId, reason: 'test' })))[0]?.body).toMatchObject({ refunded: 1250 });
  });

  it('of another order than it was requested for is an error', async () => {
    const ids = await held(await paidOrder());
    await expect(run(returned, stockReturned({ ...ids, orderId: await paidOrder() }))).rejects.toMatchObject({ code: 'refund-of-another-order' });
    expect(await stateOf(ids)).toBe('paying');
  });
});

describe('two claims on one order', () => {
  it.each([[0, 1], [1, 0]])('that ask for all of it get it once, whichever comes first (%i, %i)', async (...order) => {
    const orderId = await paidOrder();
    const claims = [idsFor(orderId), idsFor(orderId)];
    const answers = await Promise.all(order.map((index) => run(requested, request(claims[index]!, 800))));
    expect(answers.map(([answer]) => answer?.type.name).sort()).toEqual(['payments.refund-calculated', 'payments.refund-refused']);
    expect(await moneyOf(orderId)).toMatchObject({ held: 800 });
  });

  it('the second waits for the first, and sees what it left', async () => {
    const orderId = await paidOrder();
    const second = await transaction(async (tx) => {
      await requested.batch([request(idsFor(orderId), 1000)], tx, []);
      const second = run(requested, request(idsFor(orderId), 251));
      await waiting(1);
      return { second };
    });
    expect((await second.second)[0]?.body).toMatchObject({ reason: 'more-than-left', detail: '251 GBP asked, 250 of 1250 left' });
  });

  it('many at once, over many orders in any sequence, never get more than was captured', async () => {
    const orders = await Promise.all(Array.from({ length: 10 }, () => paidOrder()));
    const claims = orders.flatMap((orderId) => Array.from({ length: 6 }, () => idsFor(orderId)));
    const slice = (n: number) => claims.filter((_, index) => index % 4 === n);
    const asking = [0, 1, 2, 3].map((n) => run(requested, ...(n % 2 ? slice(n).reverse() : slice(n)).map((ids) => request(ids, 300))));
    const answers = (await Promise.all(asking)).flat();
    expect(answers.filter(({ type }) => type === RefundCalculated)).toHaveLength(40);
    const granted = answers.flatMap(({ type, body }) => (type === RefundCalculated ? [body as unknown as Ids] : []));
    const half = [granted.slice(0, 20), granted.slice(20).reverse()];
    const ends = (await Promise.all([...half.map((some) => retrying(() => run(returned, ...some.map(stockReturned)))), retrying(() => run(closeRefund, ...granted.map(closing)))])).flat();
    const issued = new Set(ends.flatMap(({ type, body }) => (type === RefundIssued ? [String(body['refundId'])] : [])));
    const failed = new Set(ends.flatMap(({ type, body }) => (type === RefundFailed ? [String(body['refundId'])] : [])));
    // Whoever was first has decided; nobody heard both.
    expect(issued.size + failed.size).toBe(40);
    await run(undone, ...granted.filter(({ refundId }) => failed.has(refundId)).map(returnReversed));
    for (const orderId of orders) {
      const count = granted.filter((each) => each.orderId === orderId && issued.has(each.refundId)).length;
      expect(await moneyOf(orderId)).toEqual({ refunded: 300 * count, held: 0, given: 300 * count });
    }
  });
});

describe('closing', () => {
  it('a refund that is held fails it, and the goods that come back later are not paid', async () => {
    const orderId = await paidOrder();
    const ids = await held(orderId);
    const [failed] = await run(closeRefund, closing(ids));
    expect(failed).toMatchObject({ type: RefundFailed, body: { ...ids, reason: 'overdue' } });
    expect(await run(returned, stockReturned(ids))).toEqual([failed]);
    expect(await moneyOf(orderId)).toEqual({ refunded: 0, held: 400, given: 0 });
    await run(undone, returnReversed(ids));
    expect(await moneyOf(orderId)).toEqual({ refunded: 0, held: 0, given: 0 });
  });

  it('one that nothing is known of makes it void', async () => {
    const orderId = await paidOrder();
    const ids = idsFor(orderId);
    const [failed, again] = await run(closeRefund, closing(ids), closing(ids));
    expect(failed?.type).toBe(RefundFailed);
    expect(again).toEqual(failed);
    expect((await run(requested, request(ids, 100)))[0]).toMatchObject({ body: { reason: 'void', detail: 'overdue' } });
    expect(await stateOf(ids)).toBe('void');
  });

  it('one whose payout is at the gateway at that moment hears what the gateway says', async () => {
    const orderId = await paidOrder();
    const ids = await held(orderId);
    const goods = stockReturned(ids);
    expect(await known(returned, goods)).toBeUndefined();
    expect(await stateOf(ids)).toBe('paying');
    const payout = called(returned, goods);
    const [closed] = await run(closeRefund, closing(ids));
    expect(closed?.type).toBe(RefundIssued);
    expect(await commit(returned, goods, await payout)).toEqual(closed);
    expect(await moneyOf(orderId)).toEqual({ refunded: 400, held: 0, given: 400 });
  });

  it('looks again when the payout has begun since it looked, and before a payout that began asks none', async () => {
    const orderId = await paidOrder();
    const ids = await held(orderId);
    const [goods, close] = [stockReturned(ids), closing(ids)];
    const nothing = await known(closeRefund, close);
    await known(returned, goods);
    await expect(commit(closeRefund, close, nothing)).rejects.toMatchObject({ code: 'retry-now' });
    expect((await run(closeRefund, close))[0]?.type).toBe(RefundIssued);
    expect(await moneyOf(orderId)).toMatchObject({ given: 400 });
  });

  it('finishes a payout whose process died when it had asked, or before', async () => {
    const orderId = await paidOrder();
    const [asked, notYet] = [await held(orderId), await held(orderId)];
    for (const ids of [asked, notYet]) await known(returned, stockReturned(ids));
    await called(returned, stockReturned(asked));
    const answers = await run(closeRefund, closing(asked), closing(notYet));
    expect(answers.map(({ type }) => type)).toEqual([RefundIssued, RefundIssued]);
    // Killed: the messages come again.
    expect(await run(returned, stockReturned(asked), stockReturned(notYet))).toEqual(answers);
    expect(await moneyOf(orderId)).toEqual({ refunded: 800, held: 0, given: 800 });
  });

  it('at the same time as the payout, very often, both say the same', async () => {
    const orders = await Promise.all(Array.from({ length: 20 }, () => paidOrder()));
    const refunds = await Promise.all(orders.map((orderId) => held(orderId)));
    const pairs = await Promise.all(
      refunds.map(async (ids) => (await Promise.all([retrying(() => run(returned, stockReturned(ids))), retrying(() => run(closeRefund, closing(ids)))])).flat()),
    );
    for (const [index, [payout, close]] of pairs.entries()) {
      expect(close).toEqual(payout);
      const given = payout?.type === RefundIssued ? 400 : 0;
      expect(await moneyOf(orders[index]!)).toEqual({ refunded: given, held: 400 - given, given });
    }
  });
});

describe('a payout in flight', () => {
  it('is not undone before the gateway has answered', async () => {
    const orderId = await paidOrder();
    const ids = await held(orderId);
    const goods = stockReturned(ids);
    await known(returned, goods);
    const payout = await called(returned, goods);
    await expect(run(undone, returnRefused(ids))).rejects.toMatchObject({ code: 'payout-under-way' });
    expect(await moneyOf(orderId)).toMatchObject({ held: 400 });
    await commit(returned, goods, payout);
    await expect(run(undone, returnRefused(ids))).rejects.toMatchObject({ code: 'undo-after-payout' });
    expect(await moneyOf(orderId)).toEqual({ refunded: 400, held: 0, given: 400 });
  });

  it('whose answer came too late is asked for again under the same key', async () => {
    const orderId = await paidOrder('tok_late_refund');
    const ids = await held(orderId);
    gateway = gatewayWith(100);
    await expect(run(returned, stockReturned(ids))).rejects.toMatchObject({ code: 'gateway-timeout' });
    expect(await moneyOf(orderId)).toEqual({ refunded: 0, held: 400, given: 400 });
    expect((await run(returned, stockReturned(ids)))[0]?.type).toBe(RefundIssued);
    expect(await moneyOf(orderId)).toEqual({ refunded: 400, held: 0, given: 400 });
  });

  it.each([['before the work', 0.1, 0], ['after it', 0.4, 400]])('that fails %s is tried again', async (_, drawn, given) => {
    const orderId = await paidOrder();
    const ids = await held(orderId);
    gateway = gatewayWith(5_000, { failureRate: 0.5, random: () => drawn });
    await expect(run(returned, stockReturned(ids))).rejects.toMatchObject({ code: 'gateway-failed' });
    expect(await moneyOf(orderId)).toMatchObject({ held: 400, given });
    gateway = gatewayWith(5_000);
    await run(returned, stockReturned(ids));
    expect(await moneyOf(orderId)).toEqual({ refunded: 400, held: 0, given: 400 });
  });

  it('meets the whole payment being given back: the customer gets all of it, once', async () => {
    const [first, second] = [await paidOrder(), await paidOrder()];
    const undo = (orderId: string) => message(RefundPayment, { orderId, reason: 'test' });
    // The gateway hears of the payout first.
    const early = await held(first);
    await known(returned, stockReturned(early));
    const payout = await called(returned, stockReturned(early));
    expect((await run(refundPayment, undo(first)))[0]?.body).toMatchObject({ refunded: 1250 });
    expect((await commit(returned, stockReturned(early), payout)).type).toBe(RefundIssued);
    expect(await moneyOf(first)).toEqual({ refunded: 1250, held: 0, given: 1250 });
    // And here last.
    const late = await held(second);
    await run(refundPayment, undo(second));
    expect((await run(returned, stockReturned(late)))[0]).toMatchObject({ type: RefundFailed, body: { reason: 'more-than-left' } });
    await run(undone, returnReversed(late));
    expect(await moneyOf(second)).toEqual({ refunded: 1250, held: 0, given: 1250 });
    expect((await run(requested, request(idsFor(second), 1)))[0]?.body).toMatchObject({ reason: 'more-than-left' });
  });
});

describe('messages without a payment that could be locked', () => {
  it('a request and a close of one refund at once agree', async () => {
    const ids = idsFor(uuidv7());
    const second = await transaction(async (tx) => {
      await closeRefund.batch([closing(ids)], tx, [{ payout: undefined }]);
      const second = run(requested, request(ids, 100)).catch((error: unknown) => error);
      await waiting(1);
      return { second };
    });
    expect(await second.second).toMatchObject({ code: 'retry-now' });
    expect((await run(requested, request(ids, 100)))[0]?.body).toMatchObject({ reason: 'void' });
  });
});

it('the database itself refuses to hold or give back more than was captured', async () => {
  const orderId = await paidOrder();
  const update = (set: string) => pool.query(`UPDATE payments.payment SET ${set} WHERE order_id = $1`, [orderId]);
  await expect(update('held = 1251')).rejects.toMatchObject({ constraint: 'payment_held' });
  await expect(update('refunded = 1000, held = 251')).rejects.toMatchObject({ constraint: 'payment_held' });
  await expect(pool.query('UPDATE gateway.charge SET refunded = 1251 WHERE key = $1', [orderId])).rejects.toMatchObject({ constraint: 'charge_refunded' });
});

/** As the runtime does with `RetryNow`. */
async function retrying<T>(work: () => Promise<T>): Promise<T> {
  for (;;) {
    try {
      return await work();
    } catch (error) {
      if ((error as { code?: string }).code !== 'retry-now') throw error;
    }
  }
}

/** Waits until this many sessions of the database wait for another's transaction. */
const waiting = (sessions: number) =>
  eventually(async () => {
    const { rows } = await pool.query(`SELECT FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'`);
    expect(rows).toHaveLength(sessions);
  });
