import type { MessageType } from '@comptoir/contracts';
import { REFUND, RefundRequested } from '@comptoir/contracts/claims';
import { ReturnRefused, ReturnReversed, StockReturned } from '@comptoir/contracts/inventory';
import { CloseRefund, ProcessPayment, RefundCalculated } from '@comptoir/contracts/payments';
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
import { holdRefund } from './hold-refund';

export interface Ids {
  readonly refundId: string;
  readonly claimId: string;
  readonly orderId: string;
}
export interface Sent {
  readonly type: MessageType;
  readonly body: Record<string, unknown>;
}

export const idsFor = (orderId: string): Ids => ({ refundId: uuidv7(), claimId: uuidv7(), orderId });
export function request(ids: Ids, amount: number, currency = 'GBP') {
  const lines = [{ sku: 'MUG', quantity: 1, amount, restock: true }];
  return message(RefundRequested, { ...ids, customerId: 'C-1', lines, total: { amount, currency } }, { flow: REFUND });
}
export const stockReturned = (ids: Ids) => message(StockReturned, { ...ids, lines: [] });
export const returnRefused = (ids: Ids) => message(ReturnRefused, { ...ids, reason: 'not-sold', detail: 'test' });
export const returnReversed = (ids: Ids) => message(ReturnReversed, { ...ids, lines: [], reason: 'test' });
export const closing = (ids: Ids) => message(CloseRefund, { ...ids, reason: 'overdue' });

/** For all tests of a file; no test leaves an order whose books do not agree. */
export function refundsUnderTest(): () => RefundsUnderTest {
  let subject: RefundsUnderTest | undefined;
  const started = () => {
    if (!subject) throw new Error('It has not started');
    return subject;
  };
  beforeAll(async () => {
    subject = await RefundsUnderTest.start();
  });
  beforeEach(() => {
    started().gateway = started().gatewayWith(5_000);
  });
  afterEach(async () => {
    expect(await started().brokenOrders()).toEqual([]);
  });
  afterAll(() => subject?.stop());
  return started;
}

/** Payments' handlers on a database of their own, whole or phase by phase. Every order is of 12.50 GBP. */
export class RefundsUnderTest {
  gateway: PaymentGateway;

  private constructor(
    private readonly database: FreshDatabase,
    readonly pool: Pool,
    private readonly prisma: PrismaClient,
  ) {
    this.gateway = this.gatewayWith(5_000);
  }

  static async start(): Promise<RefundsUnderTest> {
    const database = await freshDatabase('payments');
    const pool = pgPool({ connectionString: database.url, applicationName: 'payments test' });
    return new RefundsUnderTest(database, pool, new PrismaClient({ adapter: new PrismaPg({ connectionString: database.url }) }));
  }

  async stop(): Promise<void> {
    await this.prisma.$disconnect();
    await this.pool.end();
    await this.database.drop();
  }

  gatewayWith(timeoutMs: number, options: { failureRate?: number; random?: () => number } = {}): PaymentGateway {
    const books = booksOn(this.pool);
    return new PaymentGateway(new SimulatedGateway({ books, latencyMs: 0, failureRate: 0, ...options }), timeoutMs);
  }

  transaction<T>(work: (tx: SqlTransaction) => Promise<T>): Promise<T> {
    return pgUnitOfWork(this.pool).run(work);
  }

  /** One answer per message, as the runtime handles them. */
  async run(handler: Handler, ...messages: readonly Message[]): Promise<readonly Sent[]> {
    const providers = new Map<unknown, unknown>([[PaymentGateway, this.gateway], [PrismaClient, this.prisma]]);
    const outcomes = await handling(handler, { unitOfWork: pgUnitOfWork(this.pool), providers })(...messages);
    return outcomes.map(([answer]) => answer as Sent);
  }

  /** The same, which looks again as the runtime does. */
  async retrying(handler: Handler, ...messages: readonly Message[]): Promise<readonly Sent[]> {
    for (;;) {
      try {
        return await this.run(handler, ...messages);
      } catch (error) {
        if ((error as { code?: string }).code !== 'retry-now') throw error;
      }
    }
  }

  /** The look-up before the call, a transaction of its own. */
  async known(handler: Handler, one: Message): Promise<unknown> {
    return (await this.transaction((tx) => handler.known!([one], tx, this.context())))[0];
  }

  called(handler: Handler, one: Message): Promise<unknown> {
    return handler.call!(one, this.context());
  }

  async commit(handler: Handler, one: Message, result: unknown): Promise<Sent> {
    return ((await this.transaction((tx) => handler.batch([one], tx, [result]))) as unknown as Sent[])[0]!;
  }

  async paidOrder(token = 'tok_approve'): Promise<string> {
    const orderId = uuidv7();
    await this.run(processPayment, message(ProcessPayment, { orderId, amount: { amount: 1250, currency: 'GBP' }, token }));
    return orderId;
  }

  async held(orderId: string, amount = 400): Promise<Ids> {
    const ids = idsFor(orderId);
    const [answer] = await this.run(holdRefund[0], request(ids, amount));
    if (answer?.type !== RefundCalculated) throw new Error(`Not held: ${JSON.stringify(answer?.body)}`);
    return ids;
  }

  /** `given` by the gateway's books. */
  async moneyOf(orderId: string) {
    const { rows } = await this.pool.query<{ refunded: string; held: string; given: string | null }>(
      `SELECT p.refunded, p.held, c.refunded AS given
       FROM payments.payment p LEFT JOIN gateway.charge c ON c.key = p.order_id::text WHERE p.order_id = $1`,
      [orderId],
    );
    return rows[0] && { refunded: Number(rows[0].refunded), held: Number(rows[0].held), given: Number(rows[0].given) };
  }

  async stateOf({ refundId }: Ids): Promise<string | undefined> {
    const { rows } = await this.pool.query<{ state: string }>('SELECT state FROM payments.refund WHERE refund_id = $1', [refundId]);
    return rows[0]?.state;
  }

  /** Orders of which more was given back or promised than captured, or whose holds are not those of their refunds. */
  async brokenOrders(): Promise<readonly unknown[]> {
    const { rows } = await this.pool.query(`
      SELECT p.order_id FROM payments.payment p LEFT JOIN gateway.charge c ON c.key = p.order_id::text
      WHERE p.refunded + CASE p.state WHEN 'captured' THEN p.held ELSE 0 END > p.captured OR c.refunded > c.amount
        OR p.held <> (
          SELECT coalesce(sum(r.amount), 0) FROM payments.refund r
          WHERE r.order_id = p.order_id AND r.state IN ('held', 'paying', 'failed'))`);
    return rows;
  }

  /** Waits until this many sessions of the database wait for another's transaction. */
  waiting(sessions: number): Promise<void> {
    return eventually(async () => {
      const { rows } = await this.pool.query(
        `SELECT FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'`,
      );
      if (rows.length !== sessions) throw new Error(`${rows.length} sessions wait`);
    });
  }

  private context() {
    const { prisma, gateway } = this;
    return { signal: new AbortController().signal, get: (what: unknown) => (what === PrismaClient ? prisma : gateway) } as never;
  }
}
