import type { MessageType, Outgoing } from '@comptoir/contracts';
import {
  PaymentDeclined,
  PaymentProcessed,
  PaymentRefunded,
  ProcessPayment,
  RefundStrayCapture,
  StrayCaptureRefunded,
} from '@comptoir/contracts/payments';
import { pgPool, pgUnitOfWork, type Handler, type Message, type SqlTransaction } from '@comptoir/messaging';
import { handling, message } from '@comptoir/messaging/testing';
import { eventually, freshDatabase, type FreshDatabase } from '@comptoir/testing';
import type { Pool } from 'pg';
import { v7 as uuidv7 } from 'uuid';
import { PaymentGateway } from './gateway/payment-gateway';
import { booksOn } from './gateway/provider';
import { SimulatedGateway } from './gateway/simulated-gateway';
import { processPayment } from './process-payment';
import { Reconciliation } from './reconciliation';
import { refundPayment } from './refund-payment';
import { refundStrayCapture } from './refund-stray-capture';

let database: FreshDatabase;
let pool: Pool;
let gateway: PaymentGateway;
const farEnd = (options: { failureRate?: number; random?: () => number } = {}) =>
  new SimulatedGateway({ books: booksOn(pool), latencyMs: 0, failureRate: 0, ...options });
beforeAll(async () => {
  database = await freshDatabase('payments');
  pool = pgPool({ connectionString: database.url, applicationName: 'payments test' });
});
beforeEach(() => {
  gateway = new PaymentGateway(farEnd(), 5_000);
});
afterAll(async () => {
  await pool.end();
  await database.drop();
});

type Sent = { type: MessageType; body: Record<string, unknown> };
const signal = new AbortController().signal;
const context = { signal, get: () => gateway } as never;
const transaction = <T>(work: (tx: SqlTransaction) => Promise<T>) => pgUnitOfWork(pool).run(work);
const asMessages = (bodies: readonly unknown[]) => bodies.map((body) => ({ body })) as never;

/** What the runtime does before the transaction: the one look-up, then a call for each that is not known. */
async function learn(handler: Handler, ...bodies: readonly unknown[]): Promise<unknown[]> {
  const known = await transaction((tx) => handler.known!(asMessages(bodies), tx, context));
  return Promise.all(bodies.map((body, index) => known[index] ?? handler.call!({ body } as never, context)));
}
async function commit(handler: Handler, bodies: readonly unknown[], results: readonly unknown[]): Promise<Sent[][]> {
  const outcomes = await transaction((tx) => handler.batch(asMessages(bodies), tx, results));
  return (outcomes as readonly (Sent | Sent[])[]).map((outcome) => [outcome].flat());
}
/** All of it, as the runtime does it. */
const run = (handler: Handler, ...bodies: readonly unknown[]) =>
  handling(handler, { unitOfWork: pgUnitOfWork(pool), providers: new Map([[PaymentGateway, gateway]]) })(
    ...bodies.map((body) => message(handler.messages[0] ?? ProcessPayment, body) as Message),
  ) as Promise<readonly Sent[][]>;

const money = { amount: 1250, currency: 'GBP' };
const pay = (token = 'tok_approve', amount = money) => ({ orderId: uuidv7(), amount, token });
const undo = ({ orderId }: { orderId: string }) => ({ orderId, reason: 'test' });
async function paymentOf({ orderId }: { orderId: string }) {
  const { rows } = await pool.query<{ state: string; captured: string; refunded: string }>(
    'SELECT state, captured, refunded FROM payments.payment WHERE order_id = $1',
    [orderId],
  );
  return rows[0] && [rows[0].state, Number(rows[0].captured), Number(rows[0].refunded)];
}
const chargeStatus = async ({ orderId }: { orderId: string }) => (await gateway.charge(orderId))?.status;

describe('ProcessPayment', () => {
  it('captures or is declined, order by order', async () => {
    const orders = [pay(), pay('tok_decline_no-funds'), pay('tok_slow_20')];
    const answers = await run(processPayment, ...orders);
    expect(answers.map(([answer]) => answer?.type)).toEqual([PaymentProcessed, PaymentDeclined, PaymentProcessed]);
    expect(answers[0]?.[0]?.body).toMatchObject({ orderId: orders[0]!.orderId, amount: money });
    expect(answers[1]?.[0]?.body).toMatchObject({ reason: 'no-funds' });
    expect(await paymentOf(orders[0]!)).toEqual(['captured', 1250, 0]);
    expect(await paymentOf(orders[1]!)).toEqual(['declined', 0, 0]);
  });

  it('that comes again is answered as before, without asking the gateway', async () => {
    const orders = [pay(), pay('tok_decline')];
    const first = await run(processPayment, ...orders);
    gateway = new PaymentGateway(farEnd({ failureRate: 1, random: () => 0 }), 5_000);
    expect(await run(processPayment, ...orders)).toEqual(first);
  });

  it('twins in one batch are one payment', async () => {
    const order = pay();
    const [one, other] = await run(processPayment, order, order);
    expect(one?.[0]?.type).toBe(PaymentProcessed);
    expect(other).toEqual(one);
    expect(await paymentOf(order)).toEqual(['captured', 1250, 0]);
  });

  it('twins in two transactions are one payment', async () => {
    const order = pay();
    const [one, other] = await Promise.all([learn(processPayment, order), learn(processPayment, order)]);
    const answers = await Promise.all([commit(processPayment, [order], one), commit(processPayment, [order], other)]);
    expect(answers[0]).toEqual(answers[1]);
  });

  it('whose answer came too late finds its capture when it asks again', async () => {
    gateway = new PaymentGateway(farEnd(), 100);
    const order = pay('tok_late');
    await expect(run(processPayment, order)).rejects.toMatchObject({ code: 'gateway-timeout' });
    expect(await paymentOf(order)).toBeUndefined();
    const [[answer] = []] = await run(processPayment, order);
    expect(answer?.type).toBe(PaymentProcessed);
    expect(await paymentOf(order)).toEqual(['captured', 1250, 0]);
  });

  it('whose gateway does not answer captures nothing', async () => {
    gateway = new PaymentGateway(farEnd(), 50);
    const order = pay('tok_timeout');
    await expect(run(processPayment, order)).rejects.toMatchObject({ code: 'gateway-timeout', data: { timeoutMs: 50 } });
    expect(await chargeStatus(order)).toBeUndefined();
  });
});

describe('RefundPayment', () => {
  it('gives back a capture, once', async () => {
    const order = pay();
    await run(processPayment, order);
    const first = await run(refundPayment, undo(order), undo(order));
    expect(first[0]).toEqual([expect.objectContaining({ type: PaymentRefunded, body: { orderId: order.orderId, refunded: 1250, currency: 'GBP' } })]);
    expect(first[1]).toEqual(first[0]);
    expect(await run(refundPayment, undo(order))).toEqual([first[0]]);
    expect(await paymentOf(order)).toEqual(['refunded', 1250, 1250]);
    expect(await chargeStatus(order)).toBe('refunded');
  });

  it('of a declined payment gives back nothing', async () => {
    const order = pay('tok_decline');
    await run(processPayment, order);
    const [[answer] = []] = await run(refundPayment, undo(order));
    expect(answer?.body).toMatchObject({ refunded: 0, currency: null });
  });

  it('that overtakes its ProcessPayment leaves a void payment, and nothing is captured afterwards', async () => {
    const order = pay();
    const [[refunded] = []] = await run(refundPayment, undo(order));
    expect(refunded?.body).toMatchObject({ refunded: 0 });
    expect(await paymentOf(order)).toEqual(['void', 0, 0]);
    const [late] = await run(processPayment, order);
    expect(late?.[0]).toMatchObject({ type: PaymentDeclined, body: { reason: 'void' } });
    expect(await chargeStatus(order)).toBeUndefined();
    // An earlier attempt might have captured: the gateway is asked, and has nothing.
    const [[stray] = []] = await run(refundStrayCapture, late?.[1]?.body);
    expect(stray).toMatchObject({ type: StrayCaptureRefunded, body: { amount: { amount: 0 } } });
    expect(await paymentOf(order)).toEqual(['void', 0, 0]);
  });

  it('finds the capture whose answer came too late, and gives it back', async () => {
    gateway = new PaymentGateway(farEnd(), 100);
    const order = pay('tok_late');
    await expect(run(processPayment, order)).rejects.toMatchObject({ code: 'gateway-timeout' });
    const [[refunded] = []] = await run(refundPayment, undo(order));
    expect(refunded?.body).toMatchObject({ refunded: 1250 });
    expect(await chargeStatus(order)).toBe('refunded');
    const [late] = await run(processPayment, order);
    expect(late).toEqual([expect.objectContaining({ type: PaymentDeclined })]);
    expect(await paymentOf(order)).toEqual(['refunded', 1250, 1250]);
  });

  it('meets a capture that was on its way: a stray, given back by payments itself', async () => {
    const order = pay();
    const asked = await learn(refundPayment, undo(order));
    const captured = await learn(processPayment, order);
    await commit(refundPayment, [undo(order)], asked);
    const [outcome] = await commit(processPayment, [order], captured);
    expect(outcome?.map(({ type }) => type)).toEqual([PaymentDeclined, RefundStrayCapture]);
    expect(await paymentOf(order)).toEqual(['stray', 1250, 0]);
    const [first, again] = await run(refundStrayCapture, outcome?.[1]?.body, outcome?.[1]?.body);
    expect(first?.[0]).toMatchObject({ type: StrayCaptureRefunded, body: { orderId: order.orderId, amount: money } });
    expect(again).toEqual(first);
    expect(await paymentOf(order)).toEqual(['stray-refunded', 1250, 1250]);
    expect(await chargeStatus(order)).toBe('refunded');
  });

  it('asks again when the capture was committed after it had asked', async () => {
    const order = pay();
    const asked = await learn(refundPayment, undo(order));
    await run(processPayment, order);
    await expect(commit(refundPayment, [undo(order)], asked)).rejects.toMatchObject({ code: 'retry-now' });
    expect(await paymentOf(order)).toEqual(['captured', 1250, 0]);
    await run(refundPayment, undo(order));
    expect(await paymentOf(order)).toEqual(['refunded', 1250, 1250]);
  });

  it('waits for a payment that is just being committed', async () => {
    const order = pay();
    const captured = await learn(processPayment, order);
    const { refunding } = await transaction(async (tx) => {
      await processPayment.batch(asMessages([order]), tx, captured);
      const refunding = commit(refundPayment, [undo(order)], [{ from: 'gateway', charge: undefined }]).catch((error: unknown) => error);
      await eventually(async () => {
        const { rows } = await pool.query(`SELECT FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'`);
        expect(rows).toHaveLength(1);
      });
      return { refunding };
    });
    expect(await refunding).toMatchObject({ code: 'retry-now' });
  });
});

describe('reconciliation', () => {
  const sent: Outgoing[] = [];
  const reconciling = (afterMs: number) =>
    new Reconciliation({
      afterMs,
      everyMs: 60_000,
      gateway,
      transaction: (work) =>
        transaction(async (tx) => {
          const { result, messages } = await work(tx);
          sent.push(...messages);
          return result;
        }),
      logger: { debug() {}, info() {}, warn() {}, error() {} },
    });
  beforeEach(() => {
    sent.length = 0;
  });

  it('finds a capture that came through after the refund had found nothing, once, and has it given back', async () => {
    const [order, other] = [pay(), pay()];
    await run(refundPayment, undo(order), undo(other));
    await gateway.capture({ key: order.orderId, amount: money, token: 'tok_approve' }, signal);
    const found = await Promise.all([reconciling(0).check(), reconciling(0).check()]);
    expect(found.reduce((sum, each) => sum + each, 0)).toBe(1);
    expect(sent).toEqual([expect.objectContaining({ type: RefundStrayCapture, body: { orderId: order.orderId, amount: money } })]);
    await run(refundStrayCapture, sent[0]?.body);
    expect(await paymentOf(order)).toEqual(['stray-refunded', 1250, 1250]);
    expect(await paymentOf(other)).toEqual(['void', 0, 0]);
    expect(await chargeStatus(order)).toBe('refunded');
  });

  it('waits until nothing can be under way any more, and asks once', async () => {
    const order = pay();
    await run(refundPayment, undo(order));
    const asked = jest.spyOn(gateway, 'charge');
    await reconciling(60_000).check();
    expect(asked).not.toHaveBeenCalled();
    await reconciling(0).check();
    await reconciling(0).check();
    expect(asked.mock.calls).toEqual([[order.orderId]]);
  });

  it('asks again where the gateway did not answer', async () => {
    const order = pay();
    await run(refundPayment, undo(order));
    await gateway.capture({ key: order.orderId, amount: money, token: 'tok_approve' }, signal);
    const away = jest.spyOn(gateway, 'charge').mockRejectedValue(new Error('away'));
    await expect(reconciling(0).check()).rejects.toThrow('away');
    away.mockRestore();
    expect(await reconciling(0).check()).toBe(1);
  });
});

describe('the gateway', () => {
  const capture = (key: string, token = 'tok_approve', amount = money) => gateway.capture({ key, amount, token }, signal);

  it('gives the same answer to the same key, whatever the token says by then', async () => {
    const key = uuidv7();
    const first = await capture(key, 'tok_decline');
    expect(await capture(key)).toEqual(first);
  });

  it('refuses a key that was used for another amount', async () => {
    const key = uuidv7();
    await capture(key);
    await expect(capture(key, 'tok_approve', { amount: 1, currency: 'GBP' })).rejects.toMatchObject({ code: 'gateway-key-reused' });
    await expect(capture(key, 'tok_approve', { amount: 1250, currency: 'EUR' })).rejects.toMatchObject({ code: 'gateway-key-reused' });
  });

  it('does many requests at once, the same key among them', async () => {
    const key = uuidv7();
    const charges = await Promise.all([...Array.from({ length: 250 }, () => capture(uuidv7())), capture(key), capture(key)]);
    expect(new Set(charges.map(({ chargeId }) => chargeId)).size).toBe(251);
  });

  it.each([
    ['before the work is done', 0.1, undefined],
    ['after it', 0.4, 'captured'],
  ])('fails at the configured rate: %s', async (_, drawn, status) => {
    gateway = new PaymentGateway(farEnd({ failureRate: 0.5, random: () => drawn }), 5_000);
    const key = uuidv7();
    await expect(capture(key)).rejects.toMatchObject({ code: 'gateway-failed' });
    expect((await gateway.charge(key))?.status).toBe(status);
  });

  it('is not waited for when the process goes down', async () => {
    const down = new AbortController();
    const asked = gateway.capture({ key: uuidv7(), amount: money, token: 'tok_timeout' }, down.signal);
    down.abort(new Error('going down'));
    await expect(asked).rejects.toThrow('going down');
  });
});

it('the database itself refuses a second payment of an order and money that does not add up', async () => {
  const order = pay();
  await run(processPayment, order);
  await expect(
    pool.query(`INSERT INTO payments.payment (order_id, payment_id, state) VALUES ($1, $2, 'void')`, [order.orderId, uuidv7()]),
  ).rejects.toMatchObject({ constraint: 'payment_pkey' });
  const update = (set: string) => pool.query(`UPDATE payments.payment SET ${set} WHERE order_id = $1`, [order.orderId]);
  await expect(update('refunded = 1251')).rejects.toMatchObject({ constraint: 'payment_refund' });
  await expect(update(`state = 'refunded'`)).rejects.toMatchObject({ constraint: 'payment_settled' });
});
