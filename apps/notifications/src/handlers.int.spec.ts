import { ClaimRejected } from '@comptoir/contracts/claims';
import { CustomerNotified, NotificationFailed } from '@comptoir/contracts/notifications';
import { RefundIssued } from '@comptoir/contracts/payments';
import { pgPool, pgUnitOfWork, type Handler } from '@comptoir/messaging';
import { handling, message } from '@comptoir/messaging/testing';
import { eventually, freshDatabase, type FreshDatabase } from '@comptoir/testing';
import type { Pool } from 'pg';
import { v7 as uuidv7 } from 'uuid';
import type { Channel, Mail } from './channels/channel';
import { smtpChannel } from './channels/smtp-channel';
import { testMailServer, type ReceivedMail, type TestMailServer } from './channels/test-mail-server';
import { claimRejected } from './claim-rejected';
import { Delivery, type DeliveryOptions } from './delivery';
import { onPool } from './delivery-providers';
import { refundIssued } from './refund-issued';

let database: FreshDatabase;
let pool: Pool;
let server: TestMailServer;
beforeAll(async () => {
  database = await freshDatabase('notifications');
  pool = pgPool({ connectionString: database.url, applicationName: 'notifications test', max: 12 });
});
beforeEach(async () => void (server = await testMailServer()));
afterEach(() => server.close());
afterAll(async () => {
  await pool.end();
  await database.drop();
});

const silent = { debug() {}, info() {}, warn() {}, error() {} };
const smtp = () => smtpChannel({ url: server.url, from: 'claims@shop.example', timeoutMs: 500 });
const deliveryBy = (channel: Channel, options: Partial<DeliveryOptions> = {}) =>
  new Delivery({ channel, database: onPool(pool), domain: 'shop.example', timeoutMs: 500, concurrency: 5, logger: silent, ...options });
/** A process: its own delivery, the shared database. */
const processOf = (handler: Handler, delivery = deliveryBy(smtp())) =>
  handling(handler, { unitOfWork: pgUnitOfWork(pool), providers: new Map([[Delivery, delivery]]) });
const [onRefund, onRejection] = [refundIssued[0], claimRejected[0]];

const refund = (customerId = 'eve') =>
  ({ refundId: uuidv7(), claimId: uuidv7(), orderId: uuidv7(), customerId, amount: { amount: 1250, currency: 'GBP' } });
/** The same thing said again is another message. */
const issued = (body: ReturnType<typeof refund>) => message(RefundIssued, body);
/** Without the folding of headers and the soft line breaks. */
const readable = (mail?: ReceivedMail) => (mail?.raw ?? '').replace(/=\r\n/g, '').replace(/\r\n[ \t]+/g, ' ');
const rowOf = async (causeId: string) => {
  const { rows } = await pool.query<{ state: string; attempts: number; last_error: string | null }>(
    'SELECT state, attempts, last_error FROM notifications.notification WHERE cause_id = $1', [causeId],
  );
  return rows.map(({ state, attempts, last_error }) => [state, attempts, last_error]);
};

describe('a customer', () => {
  it('is told of a refund', async () => {
    const body = refund();
    const [[answer] = []] = await processOf(onRefund)(issued(body));
    expect(answer).toMatchObject({ type: CustomerNotified, body: { customerId: 'eve', template: 'refund-issued', channel: 'smtp' } });
    expect(server.mails.map(({ to }) => to)).toEqual([['eve@shop.example']]);
    expect(readable(server.mails[0])).toContain(`Message-ID: <refund-issued.${body.refundId}@shop.example>`);
    expect(await rowOf(body.refundId)).toEqual([['sent', 1, null]]);
  });

  it('is told of a rejected claim, in the words of whoever rejected it and on one line', async () => {
    const body = { claimId: uuidv7(), orderId: uuidv7(), customerId: 'eve', reason: 'too late\r\n.\r\nBcc: bob@evil.example' };
    const [[answer] = []] = await processOf(onRejection)(message(ClaimRejected, body));
    expect(answer?.type).toBe(CustomerNotified);
    expect(server.mails).toHaveLength(1);
    expect(readable(server.mails[0])).toContain('The reason we noted: too late . Bcc: bob@evil.example');
  });

  it('is told once, however often the event comes and in whatever batch', async () => {
    const body = refund();
    const run = processOf(onRefund);
    const [first, other] = [await run(issued(body)), await run(issued(body), issued(body))];
    expect(other).toEqual([first[0], first[0]]);
    expect(server.mails).toHaveLength(1);
  });

  it('is told once by two processes that hear of it at the same time; the one that comes late looks again', async () => {
    const bodies = Array.from({ length: 20 }, () => refund());
    const both = await Promise.allSettled([processOf(onRefund), processOf(onRefund)].flatMap((run) => bodies.map((body) => run(issued(body)))));
    const late = both.flatMap((each) => (each.status === 'rejected' ? [(each.reason as { code: string }).code] : []));
    expect(new Set([...late, 'delivery-under-way'])).toEqual(new Set(['delivery-under-way']));
    expect(server.mails).toHaveLength(20);
    const again = await processOf(onRefund)(...bodies.map(issued));
    expect(again.map(([answer]) => answer?.type)).toEqual(bodies.map(() => CustomerNotified));
    expect(server.mails).toHaveLength(20);
  });

  it('whose id is no part of an address is not told, and nobody else is', async () => {
    const body = refund('eve@evil.example');
    const [[answer] = []] = await processOf(onRefund)(issued(body));
    expect(answer).toMatchObject({ type: NotificationFailed, body: { reason: 'no-address' } });
    expect([server.connections, await rowOf(body.refundId)]).toEqual([0, [['failed', 1, 'no-address']]]);
  });
});

describe('a mail server', () => {
  it.each([['refuse', '550 5.1.1 no such mailbox'], ['spam', '554 5.7.1 looks like spam']] as const)(
    'that refuses for good (%s) is asked once: failed, and said so',
    async (mood, reason) => {
      server.mood = mood;
      const body = refund();
      const [first] = await processOf(onRefund)(issued(body));
      expect(first).toMatchObject([{ type: NotificationFailed, body: { reason } }]);
      server.mood = 'accept';
      expect(await processOf(onRefund)(issued(body))).toEqual([first]);
      expect([server.connections, server.mails, await rowOf(body.refundId)]).toEqual([1, [], [['failed', 1, reason]]]);
    },
  );

  it('that is away or busy is asked again, and every attempt is on record', async () => {
    const body = refund();
    const run = processOf(onRefund);
    for (const mood of ['busy', 'closed', 'silent', 'unknown-sender'] as const) {
      server.mood = mood;
      await expect(run(issued(body))).rejects.toMatchObject({ code: 'channel-unavailable' });
    }
    expect(await rowOf(body.refundId)).toEqual([['pending', 4, expect.stringContaining('550 5.1.8')]]);
    server.mood = 'accept';
    expect((await run(issued(body)))[0]).toMatchObject([{ type: CustomerNotified }]);
    expect(await rowOf(body.refundId)).toEqual([['sent', 5, expect.anything()]]);
    expect(server.mails).toHaveLength(1);
  });

  it('gets the words that were right when it happened, whatever the template says by then', async () => {
    const body = refund();
    server.mood = 'busy';
    await expect(processOf(onRefund)(issued(body))).rejects.toThrow();
    await pool.query(`UPDATE notifications.notification SET text = 'as it was' WHERE cause_id = $1`, [body.refundId]);
    server.mood = 'accept';
    await processOf(onRefund)(issued(body));
    expect(server.mails[0]?.raw).toMatch(/\r\n\r\nas it was$/);
  });

  it('is not kept busy by more mails at a time than it was said', async () => {
    let [now, most] = [0, 0];
    let full = () => {};
    const allIn = new Promise<void>((resolve) => (full = resolve));
    const channel: Channel = {
      name: 'log',
      needsAddress: false,
      async send() {
        most = Math.max(most, (now += 1));
        if (most >= 3) full();
        await allIn;
        now -= 1;
        return undefined;
      },
    };
    await processOf(onRefund, deliveryBy(channel, { concurrency: 3 }))(...Array.from({ length: 12 }, () => issued(refund())));
    expect(most).toBe(3);
  });
});

describe('a process that dies after the mail has gone', () => {
  const held: Channel = { name: 'smtp', needsAddress: true, send: async (mail) => void sent.push(mail) as undefined };
  const sent: Mail[] = [];
  const never = new AbortController().signal;
  const letterOf = (causeId: string) => ({ template: 'refund-issued', causeId, customerId: 'eve', subject: 's', text: 't' });

  it('keeps others off as long as it may be alive, then the same mail goes again under the same key', async () => {
    const causeId = uuidv7();
    // What the crash leaves: an attempt without an outcome.
    await deliveryBy(held, { leaseMs: 300 }).attempt(letterOf(causeId), never);
    await expect(deliveryBy(held).attempt(letterOf(causeId), never)).rejects.toMatchObject({ code: 'delivery-under-way' });
    await eventually(() => deliveryBy(held).attempt(letterOf(causeId), never));
    expect(sent.filter(({ key }) => key === `refund-issued.${causeId}`)).toHaveLength(2);
    expect(sent[1]).toEqual(sent[0]);
  });

  it('and was only slow ends nothing that another has begun', async () => {
    const causeId = uuidv7();
    let fail = (_error: Error) => {};
    let asked = () => {};
    const isAsked = new Promise<void>((resolve) => (asked = resolve));
    const send = () => {
      asked();
      return new Promise<undefined>((_, reject) => (fail = reject));
    };
    const first = deliveryBy({ ...held, send }, { leaseMs: 1 }).attempt(letterOf(causeId), never);
    await isAsked; // Otherwise the second one might be the first.
    const second = await eventually(() => deliveryBy(held).attempt(letterOf(causeId), never));
    fail(new Error('too slow'));
    await expect(first).rejects.toMatchObject({ code: 'channel-unavailable' });
    expect(second).toEqual({ from: 'attempt', refused: undefined });
    await expect(deliveryBy(held).attempt(letterOf(causeId), never)).rejects.toMatchObject({ code: 'delivery-under-way' });
    expect(await rowOf(causeId)).toEqual([['pending', 2, null]]);
  });
});

it('no transaction and no lock is held while the channel is asked', async () => {
  const body = refund();
  const looked: number[] = [];
  const channel: Channel = {
    name: 'log',
    needsAddress: false,
    async send() {
      const { rows } = await pool.query<{ count: number }>(
        `SELECT count(*)::int AS count FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid() AND xact_start IS NOT NULL`,
      );
      looked.push(rows[0]?.count ?? -1);
      return undefined;
    },
  };
  await processOf(onRefund, deliveryBy(channel))(issued(body));
  expect(looked).toEqual([0]);
});

it('without a domain the log tells of a customer without an address', async () => {
  const told: (string | undefined)[] = [];
  const channel: Channel = { name: 'log', needsAddress: false, send: async ({ address }) => void told.push(address) as undefined };
  const [[answer] = []] = await processOf(onRefund, deliveryBy(channel, { domain: undefined }))(issued(refund()));
  expect([told, answer?.type]).toEqual([[undefined], CustomerNotified]);
});
