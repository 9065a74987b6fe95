import { CLAIM_TREATMENT, ClaimRejected, REFUND } from '@comptoir/contracts/claims';
import { RefundIssued } from '@comptoir/contracts/payments';
import { serviceUnderTest, type ServiceUnderTest } from '@comptoir/platform/testing';
import { eventually } from '@comptoir/testing';
import { v7 as uuidv7 } from 'uuid';
import { testMailServer, type TestMailServer } from './channels/test-mail-server';
import { notifications, NotificationsModule } from './notifications.module';

let server: TestMailServer;
let subject: ServiceUnderTest;
beforeAll(async () => {
  server = await testMailServer();
  const env = {
    NOTIFICATIONS_CHANNEL: 'smtp',
    NOTIFICATIONS_SMTP_URL: server.url,
    NOTIFICATIONS_FROM: 'claims@shop.example',
    NOTIFICATIONS_DOMAIN: 'customers.shop.example',
    NOTIFICATIONS_TIMEOUT_MS: '500',
  };
  subject = await serviceUnderTest(NotificationsModule, notifications, { flow: REFUND, env });
});
beforeEach(() => void (server.mood = 'accept'));
afterAll(async () => {
  await subject?.stop();
  await server.close();
});

const refund = (customerId: string) =>
  ({ refundId: uuidv7(), claimId: uuidv7(), orderId: uuidv7(), customerId, amount: { amount: 1250, currency: 'GBP' } });
const mailsTo = (customerId: string) => server.mails.filter(({ to }) => to.includes(`${customerId}@customers.shop.example`));
const heardOf = (type: string, customerId: string) =>
  eventually(() => {
    const found = subject.heard.filter((each) => each.type === type && each.body['customerId'] === customerId);
    if (found.length === 0) throw new Error(`No ${type} of ${customerId}`);
    return found;
  });
interface Item { readonly notificationId: string; readonly state: string; readonly attempts: number; readonly lastError: string | null }
const history = async (query: string) => (await subject.send('GET', `/notifications?${query}`)).json<{ items: Item[]; next: string | null }>();

it('tells a customer of a refund, says so in its flow, and keeps what was said', async () => {
  const body = refund('alice');
  await subject.say(RefundIssued, body, { correlationId: body.refundId });
  const [heard] = await heardOf('notifications.customer-notified', 'alice');
  expect(heard).toMatchObject({ correlationId: body.refundId, routingKey: 'notifications.customer-notified.refund', body: { channel: 'smtp' } });
  expect(heard?.headers['stream']).toBe(`notification-${String(heard?.body['notificationId'])}`);
  expect(mailsTo('alice')).toHaveLength(1);
  const { items } = await history(`cause=${body.refundId}`);
  expect(items).toMatchObject([
    { customerId: 'alice', address: 'alice@customers.shop.example', state: 'sent', subject: 'Your refund of £12.50', text: expect.stringContaining(body.orderId) as string },
  ]);
  const one = await subject.send('GET', `/notifications/${items[0]?.notificationId}`);
  expect(one.json()).toEqual(items[0]);
});

it('tells of a rejected claim in its own flow', async () => {
  const body = { claimId: uuidv7(), orderId: uuidv7(), customerId: 'bob', reason: 'too late' };
  await subject.say(ClaimRejected, body, { flow: CLAIM_TREATMENT, correlationId: body.claimId });
  expect(await heardOf('notifications.customer-notified', 'bob')).toMatchObject([
    { correlationId: body.claimId, routingKey: 'notifications.customer-notified.claim-treatment', body: { template: 'claim-rejected' } },
  ]);
});

it('a mail that was refused for good has failed, and its message has ended', async () => {
  server.mood = 'refuse';
  const body = refund('carol');
  await subject.say(RefundIssued, body);
  await heardOf('notifications.notification-failed', 'carol');
  expect((await history('customerId=carol')).items).toMatchObject([{ state: 'failed', attempts: 1, lastError: expect.stringContaining('550') as string }]);
  expect(await subject.depth('notifications.refund-issued.dead')).toBe(0);
});

it('mails that a server does not take now are sent when it does, each once', async () => {
  server.mood = 'busy';
  const bodies = Array.from({ length: 20 }, () => refund('dave'));
  for (const body of bodies) await subject.say(RefundIssued, body);
  await eventually(async () => expect((await history('customerId=dave&state=pending')).items.map(({ attempts }) => attempts > 0)).toHaveLength(20));
  server.mood = 'accept';
  // The payments service says it again meanwhile.
  for (const body of bodies) await subject.say(RefundIssued, body);
  const states = async () => (await history('customerId=dave')).items.map(({ state }) => state);
  await eventually(async () => expect(await states()).toEqual(bodies.map(() => 'sent')), { timeoutMs: 40_000 });
  expect(mailsTo('dave')).toHaveLength(20);
  expect(await subject.depth('notifications.refund-issued.dead')).toBe(0);
});

it('lists the latest first, page by page', async () => {
  const bodies = [refund('erin'), refund('erin'), refund('erin')];
  for (const [index, body] of bodies.entries()) {
    await subject.say(RefundIssued, body);
    await eventually(async () => expect((await history('customerId=erin')).items).toHaveLength(index + 1));
  }
  const first = await history('customerId=erin&limit=2');
  const rest = await history(`customerId=erin&limit=2&after=${first.next}`);
  const ids = [...first.items, ...rest.items].map(({ notificationId }) => notificationId);
  expect([ids.length, rest.next, [...ids].sort().reverse()]).toEqual([3, null, ids]);
});

it.each([
  ['/notifications?cause=x', 400],
  ['/notifications?after=nonsense!', 400],
  [`/notifications?after=${Buffer.from('x').toString('base64url')}`, 400],
  ['/notifications?state=lost', 400],
  ['/notifications?customerId=%00', 400],
  ['/notifications/1', 400],
  [`/notifications/${uuidv7()}`, 404],
])('GET %s is answered with %s', async (url, status) => {
  expect((await subject.send('GET', url)).statusCode).toBe(status);
});
