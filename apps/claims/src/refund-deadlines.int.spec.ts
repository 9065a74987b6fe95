import type { Outgoing } from '@comptoir/contracts';
import { RefundHoldReleased } from '@comptoir/contracts/payments';
import { pgPool, pgUnitOfWork, type SqlTransaction } from '@comptoir/messaging';
import { eventually, freshDatabase, type FreshDatabase } from '@comptoir/testing';
import { Pool } from 'pg';
import { v7 as uuidv7 } from 'uuid';
import { ClaimsUnderTest } from './claims-under-test';
import { RefundDeadlines } from './refund-deadlines';
import { insertOpenRefunds } from './sql/insert-open-refunds';

describe('in the service', () => {
  const test = new ClaimsUnderTest();
  beforeAll(() => test.start({ CLAIMS_REFUND_DEADLINE_MS: '200' }, { exchange: 'business.commands', key: 'payments.close-refund' }));
  afterAll(() => test.stop());
  const asked = (refundId: string) => test.subject.heard.filter(({ body }) => body['refundId'] === refundId);

  it('payments is asked how a refund ended, again and again, until an answer comes', async () => {
    const claim = await test.approved();
    const { claimId, refundId, orderId } = claim;
    await eventually(() => expect(asked(refundId).length).toBeGreaterThanOrEqual(3));
    const requested = (await test.eventsOf(claimId)).find(({ type }) => type === 'claims.refund-requested');
    expect(asked(refundId)[0]).toMatchObject({
      body: { refundId, claimId, orderId, reason: 'no end within 0.2 s' },
      correlationId: refundId,
      headers: { flow: 'refund', 'causation-id': requested?.id },
    });
    expect(new Set(asked(refundId).map(({ id }) => id)).size).toBe(asked(refundId).length);

    await test.subject.say(RefundHoldReleased, { ...test.refund(claim), amount: 0, reason: 'closed' }, { correlationId: refundId });
    await eventually(async () => expect(await test.read(claimId)).toMatchObject({ status: 'UNDER_TREATMENT', version: 7 }));
    expect((await test.subject.app.get(Pool).query('SELECT 1 FROM claims.open_refund WHERE refund_id = $1', [refundId])).rowCount).toBe(0);
  });
});

describe('the timer', () => {
  let database: FreshDatabase;
  let pool: Pool;
  beforeAll(async () => {
    database = await freshDatabase('claims');
    pool = pgPool({ connectionString: database.url, applicationName: 'claims test' });
  });
  beforeEach(() => pool.query('DELETE FROM claims.open_refund'));
  afterAll(async () => {
    await pool.end();
    await database.drop();
  });

  const DEADLINE_MS = 600_000;
  const silent = { debug() {}, info() {}, warn() {}, error() {} };
  const run = <T>(work: (tx: SqlTransaction) => Promise<T>) => pgUnitOfWork(pool).run(work);
  /** Refunds that were requested so long ago. */
  async function requested(count: number, ago: string): Promise<string[]> {
    const ids = Array.from({ length: count }, () => uuidv7());
    await run((tx) => insertOpenRefunds(tx, ids, ids, ids, ids));
    await pool.query(`UPDATE claims.open_refund SET requested_at = now() - $2::interval WHERE refund_id = ANY ($1::uuid[])`, [ids, ago]);
    return ids;
  }
  function timer(horizon: () => Promise<Date> = async () => new Date()) {
    const sent: Outgoing[] = [];
    const deadlines = new RefundDeadlines({
      deadlineMs: DEADLINE_MS,
      pollMs: 1_000,
      transaction: async (work) => {
        const { result, messages } = await run((tx) => work(tx));
        sent.push(...messages);
        return result;
      },
      horizon,
      logger: silent,
    });
    return { deadlines, sent };
  }

  it('asks for those whose deadline has passed, and not for the others', async () => {
    const [late] = await requested(1, '10 minutes 1 second');
    await requested(1, '9 minutes 50 seconds');
    const { deadlines, sent } = timer();
    expect([await deadlines.ask(), await deadlines.ask()]).toEqual([1, 0]);
    expect(sent.map(({ type, body }) => [type.name, (body as { refundId: string }).refundId])).toEqual([['payments.close-refund', late]]);
  });

  it('asks again after twice as long each time, at most an hour', async () => {
    await requested(1, '3 hours');
    const { deadlines } = timer();
    const waits: number[] = [];
    for (let nth = 1; nth <= 5; nth += 1) {
      expect(await deadlines.ask()).toBe(1);
      const { rows } = await pool.query<{ wait: number }>(
        'SELECT extract(epoch FROM ask_again_at - now())::float8 / 60 AS wait FROM claims.open_refund',
      );
      waits.push(Math.round(rows[0]?.wait ?? 0));
      await pool.query(`UPDATE claims.open_refund SET ask_again_at = now() - interval '1 second'`);
    }
    expect(waits).toEqual([10, 20, 40, 60, 60]);
  });

  it('asks for nothing whose answer may still wait in the queue', async () => {
    await requested(1, '20 minutes');
    const behind = timer(async () => new Date(Date.now() - 11 * 60_000));
    expect(await behind.deadlines.ask()).toBe(0);
    const almost = timer(async () => new Date(Date.now() - 9 * 60_000));
    expect(await almost.deadlines.ask()).toBe(1);
  });

  it('asks for nothing while the broker is away', async () => {
    await requested(1, '20 minutes');
    const { deadlines, sent } = timer(() => Promise.reject(new Error('not connected')));
    await expect(deadlines.ask()).rejects.toThrow('not connected');
    expect(sent).toEqual([]);
    expect(await timer().deadlines.ask()).toBe(1);
  });

  it('several processes ask for each refund once', async () => {
    const ids = await requested(450, '20 minutes');
    const timers = Array.from({ length: 3 }, () => timer());
    await Promise.all(timers.map(async ({ deadlines }) => { while ((await deadlines.ask()) > 0); }));
    const asked = timers.flatMap(({ sent }) => sent).map(({ body }) => (body as { refundId: string }).refundId);
    expect(asked.sort()).toEqual([...ids].sort());
  });

  it('what a process took and did not send is asked for by the next one', async () => {
    await requested(1, '20 minutes');
    const { deadlines } = timer();
    const dying = new RefundDeadlines({
      deadlineMs: DEADLINE_MS,
      pollMs: 1_000,
      transaction: (work) => run(async (tx) => { await work(tx); throw new Error('died before the commit'); }),
      horizon: async () => new Date(),
      logger: silent,
    });
    await expect(dying.ask()).rejects.toThrow('died before the commit');
    expect(await deadlines.ask()).toBe(1);
  });
});
