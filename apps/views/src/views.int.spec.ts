import { ORDER_FULFILMENT } from '@comptoir/contracts/orders';
import { encodeCursor } from '@comptoir/platform';
import { serviceUnderTest, type ServiceUnderTest } from '@comptoir/platform/testing';
import { eventually } from '@comptoir/testing';
import { LogUnderTest } from './log-under-test';
import { DAY, story } from './stories';
import { views, ViewsModule } from './views.module';

let log: LogUnderTest;
let subject: ServiceUnderTest;
const HOUR = 3_600_000;
const later = (hours: number) => new Date(DAY.getTime() + hours * HOUR);

const bristol = { store: 'Bristol', country: 'UK' };
const settled = story({ end: 'settled', ...bristol });
const rejected = story({ end: 'rejected', customerId: 'C-2', store: 'Bath', country: 'UK', from: later(24), description: 'It smells of smoke' });
const failed = story({ end: 'refund-failed', customerId: 'C-2', country: 'France', from: later(48) });
const opened = story({ end: 'opened', customerId: 'C-3', from: later(72), description: 'Broken lids on all the pots' });
const cancelled = story({ end: 'cancelled', from: later(1) });
const placed = story({ end: 'placed', from: later(2) });
const STORIES = [settled, rejected, failed, opened, cancelled, placed];

beforeAll(async () => {
  log = await LogUnderTest.start();
  subject = await serviceUnderTest(ViewsModule, views, { flow: ORDER_FULFILMENT, env: { LOG_DATABASE_URL: log.url, ROLES: 'projector,api' } });
  const last = await log.append(...STORIES.flatMap(({ entries }) => entries));
  await eventually(async () => {
    const { items } = await get('/projections');
    for (const { generations } of items) expect(generations).toMatchObject([{ position: last, behind: 0, waitingSeconds: 0 }]);
  });
});
afterAll(async () => {
  await subject?.stop();
  await log?.drop();
});

// eslint-disable-next-line @typescript-eslint/no-explicit-any -- what a client sees is JSON
type Json = any;
const get = async (url: string): Promise<Json> => {
  const { statusCode, body } = await subject.send('GET', url);
  expect([statusCode, body]).toEqual([200, body]);
  return JSON.parse(body);
};
const post = async (url: string, payload?: object) => {
  const { statusCode, body } = await subject.send('POST', url, payload);
  return { status: statusCode, body: JSON.parse(body) as Json };
};
const ids = (page: Json) => page.items.map(({ claimId }: Json) => claimId);

describe("a customer's orders", () => {
  it('come the latest first, with what was paid back', async () => {
    const { items, next } = await get('/customers/C-17850/orders');
    expect(next).toBeNull();
    expect(items).toHaveLength(3);
    const ofSettled = items.find(({ orderId }: Json) => orderId === settled.orderId);
    expect(ofSettled).toEqual({
      orderId: settled.orderId, customerId: 'C-17850', status: 'COMPLETED', store: 'Bristol', country: 'UK', reason: null,
      lines: [{ sku: 'TEAPOT', quantity: 2, unitPrice: 2_500 }, { sku: 'TEA', quantity: 1, unitPrice: 700 }],
      total: { amount: 5_700, currency: 'GBP' }, refunded: { amount: 2_500, currency: 'GBP' },
      placedAt: DAY.toISOString(), confirmedAt: undefined, endedAt: later(1).toISOString(),
    });
  });

  it('come page by page, and by status', async () => {
    const first = await get('/customers/C-17850/orders?limit=2');
    const second = await get(`/customers/C-17850/orders?limit=2&after=${first.next}`);
    const all = [...first.items, ...second.items].map(({ orderId }: Json) => orderId);
    expect(all).toEqual([settled, cancelled, placed].map(({ orderId }) => orderId).sort().reverse());
    const gone = await get('/customers/C-17850/orders?status=CANCELLED');
    expect(gone.items).toMatchObject([{ orderId: cancelled.orderId, reason: 'payment declined: declined' }]);
    expect((await get('/customers/nobody/orders')).items).toEqual([]);
  });
});

describe('the search of claims', () => {
  it.each<[string, readonly string[]]>([
    ['', [opened.claimId, failed.claimId, rejected.claimId, settled.claimId]],
    ['sort=openedAt', [settled.claimId, rejected.claimId, failed.claimId, opened.claimId]],
    ['status=SETTLED', [settled.claimId]],
    ['assignee=ada&verified=true', [failed.claimId, rejected.claimId, settled.claimId]],
    ['verified=false', [opened.claimId]],
    ['reason=other', []],
    ['q=%20', [opened.claimId, failed.claimId, rejected.claimId, settled.claimId]],
    [`orderId=${failed.orderId}`, [failed.claimId]],
    ['customerId=C-2', [failed.claimId, rejected.claimId]],
    [`from=${later(24).toISOString()}&to=${later(72).toISOString()}`, [failed.claimId, rejected.claimId]],
    [`from=${encodeURIComponent(later(24).toISOString().replace('Z', '+00:00'))}`, [opened.claimId, failed.claimId, rejected.claimId]],
    ['q=broken%20lid', [opened.claimId, failed.claimId, settled.claimId]],
    ['q=broken%20-pot', [failed.claimId, settled.claimId]],
    ['q=smoke%20C-2', [rejected.claimId]],
    ['q=damaged&status=OPENED', [opened.claimId]],
    [`q=${encodeURIComponent(`'; DROP TABLE x; -- & | ! ( "`)}`, []],
  ])('by %s', async (query, expected) => {
    expect(ids(await get(`/claims/search?${query}`))).toEqual(expected);
  });

  it('shows what is known of a claim', async () => {
    const [claim] = (await get(`/claims/search?orderId=${settled.orderId}`)).items;
    expect(claim).toMatchObject({
      claimId: settled.claimId, customerId: 'C-17850', status: 'SETTLED', assignee: 'ada', verification: 'verified',
      refund: { refundId: settled.refundId, state: 'settled', amount: { amount: 2_500, currency: 'GBP' } },
      openedAt: later(2).toISOString(), resolvedAt: later(6).toISOString(), settledAt: later(11).toISOString(),
    });
  });

  it.each(['openedAt', '-openedAt', 'updatedAt', '-updatedAt'])('comes page by page in the order of %s', async (sort) => {
    const all = ids(await get(`/claims/search?sort=${sort}`));
    const found: string[] = [];
    for (let after = ''; after !== 'null'; ) {
      const page = await get(`/claims/search?sort=${sort}&limit=1${after && `&after=${after}`}`);
      found.push(...ids(page));
      after = String(page.next);
    }
    expect(found).toEqual(all);
    expect(all).toHaveLength(4);
  });

  it('refuses what makes no sense', async () => {
    const { next } = await get('/claims/search?limit=1');
    for (const query of ['status=NONE', 'sort=id', 'orderId=x', 'after=eA', `after=${next}&sort=updatedAt`, 'limit=0', 'q=%00'])
      expect([query, (await subject.send('GET', `/claims/search?${query}`)).statusCode]).toEqual([query, 400]);
  });
});

it('the board has a column per status', async () => {
  const { columns } = await get('/claims/board');
  expect(columns.map(({ status, count, items }: Json) => [status, count, ids({ items })])).toEqual([
    ['OPENED', 1, [opened.claimId]],
    ['ASSIGNED', 0, []],
    ['UNDER_TREATMENT', 1, [failed.claimId]],
    ['APPROVED', 0, []],
    ['REJECTED', 1, [rejected.claimId]],
    ['SETTLED', 1, [settled.claimId]],
  ]);
  const mine = await get('/claims/board?assignee=ada&limit=0');
  expect(mine.columns.map(({ count, items }: Json) => [count, items])).toEqual([[0, []], [0, []], [1, []], [0, []], [1, []], [1, []]]);
});

it('the statistics tell status, reason, time to resolution and refunds, in a period', async () => {
  expect(await get('/claims/stats')).toEqual({
    claims: 4,
    byStatus: { OPENED: 1, UNDER_TREATMENT: 1, REJECTED: 1, SETTLED: 1 },
    byReason: { damaged: 4 },
    resolution: {
      resolved: 3,
      averageSeconds: 4 * 3_600,
      within: [3_600, 14_400, 86_400, 259_200, 604_800, 2_592_000, null].map((seconds) => ({ seconds, claims: seconds === 14_400 ? 3 : 0 })),
    },
    refunds: [
      { state: 'failed', claims: 1, amount: null },
      { state: 'settled', claims: 1, amount: { amount: 2_500, currency: 'GBP' } },
    ],
  });
  expect(await get('/claims/stats?from=2026-03-05')).toMatchObject({ claims: 1, byStatus: { OPENED: 1 }, refunds: [] });
});

it('refunds tell how far they have come, and why not further', async () => {
  const { items } = await get('/refunds');
  expect(items).toMatchObject([
    { refundId: failed.refundId, status: 'FAILED', reason: 'more-than-sold', requested: { amount: 2_500 } },
    { refundId: settled.refundId, status: 'SETTLED', reason: null, amount: { amount: 2_500, currency: 'GBP' }, issuedAt: later(10).toISOString() },
  ]);
  for (const query of ['status=SETTLED', `orderId=${settled.orderId}`, `claimId=${settled.claimId}`, 'customerId=C-17850', `to=${later(24).toISOString()}`])
    expect((await get(`/refunds?${query}`)).items.map(({ refundId }: Json) => refundId)).toEqual([settled.refundId]);
  const first = await get('/refunds?limit=1');
  expect((await get(`/refunds?limit=1&after=${first.next}`)).items).toMatchObject([{ refundId: settled.refundId }]);
});

it('sales by store, country and product are net of refunds', async () => {
  const { items } = await get('/sales?by=store');
  expect(items.map(({ key, orders, gross, refunded, net }: Json) => [key, orders, gross, refunded, net])).toEqual([
    [null, 2, 11_400, 0, 11_400],
    ['Bath', 1, 5_700, 0, 5_700],
    ['Bristol', 1, 5_700, 2_500, 3_200],
  ]);
  expect((await get('/sales?by=country')).items.map(({ key, net }: Json) => [key, net])).toEqual([
    ['UK', 8_900], [null, 5_700], ['France', 5_700],
  ]);
  expect((await get('/sales?by=product&from=2026-03-02&to=2026-03-02')).items).toEqual([
    { key: 'TEAPOT', currency: 'GBP', orders: 1, quantity: 2, gross: 5_000, refunds: 1, refundedQuantity: 1, refunded: 2_500, net: 2_500 },
    { key: 'TEA', currency: 'GBP', orders: 1, quantity: 1, gross: 700, refunds: 0, refundedQuantity: 0, refunded: 0, net: 700 },
  ]);
});

it('outcomes tell how the runs of each flow ended, by day', async () => {
  const { items } = await get('/outcomes?to=2026-03-03');
  expect(items).toEqual([
    { day: '2026-03-03', flow: 'order-fulfilment', outcome: 'completed', reason: null, runs: 1 },
    { day: '2026-03-02', flow: 'order-fulfilment', outcome: 'cancelled', reason: 'payment declined: declined', runs: 1 },
    { day: '2026-03-02', flow: 'order-fulfilment', outcome: 'completed', reason: null, runs: 1 },
    { day: '2026-03-02', flow: 'refund', outcome: 'settled', reason: null, runs: 1 },
  ]);
  expect((await get('/outcomes?flow=refund')).items.map(({ outcome, reason }: Json) => [outcome, reason])).toEqual([
    ['failed', 'more-than-sold'],
    ['settled', null],
  ]);
});

describe('people', () => {
  it('rebuild a view and compare it', async () => {
    const before = (await get('/projections/claims/hash')).generations;
    expect(before).toMatchObject([{ generation: 1, live: true }]);
    expect(await post('/projections/claims/rebuild')).toMatchObject({ status: 202, body: { name: 'claims' } });
    await eventually(async () => {
      const { generations } = await get('/projections/claims/hash');
      expect(generations).toEqual([{ ...before[0], generation: 2 }]);
    });
    expect((await post('/projections/none/rebuild')).status).toBe(404);
  });

  it('look at parked events, try them again, and discard them', async () => {
    const position = await log.appendRaw(`claim-${opened.claimId}`, 'claims.claim-assigned', { claimId: opened.claimId });
    await eventually(async () => expect((await get('/projections/claims/parked')).items).toMatchObject([{ position }]));
    expect(await post(`/projections/claims/parked/${position}/retry`)).toMatchObject({ status: 409, body: { title: 'The event fails again' } });
    expect((await subject.send('GET', '/metrics')).body).toMatch(/projection_parked\{[^}]*projection="claims"[^}]*\} 1/);
    expect((await post(`/projections/claims/parked/${position}/discard`, { by: 'ada', reason: 'sent by hand' })).status).toBe(200);
    expect((await get('/projections/claims/parked')).items).toEqual([]);
    expect((await post(`/projections/claims/parked/${position}/discard`, { by: 'ada', reason: 'again' })).status).toBe(404);
  });
});

it.each([
  '/claims/search?from=0000-01-01T00:00:00Z',
  '/claims/stats?from=0000-01-01',
  '/refunds?to=9999-12-31T23:59:59-01:00',
  `/refunds?after=${encodeCursor(JSON.stringify({ sort: '-firstAt', time: '0000-01-01T00:00:00Z', id: settled.refundId }))}`,
  '/sales?by=store&from=0000-01-01',
  '/outcomes?from=0000-01-01',
])('GET %s is refused: no calendar has that time', async (url) => {
  expect((await subject.send('GET', url)).statusCode).toBe(400);
});

it('every answer is described', async () => {
  type Document = { paths: Record<string, Record<string, { responses: Record<string, { content?: object }> }>> };
  const { paths } = (await subject.send('GET', '/docs-json')).json<Document>();
  const answers = Object.entries(paths).flatMap(([path, methods]) => Object.values(methods).map(({ responses }) => ({ path, responses })));
  const undescribed = answers.filter(({ responses }) => !Object.entries(responses).some(([status, { content }]) => /^2/.test(status) && content));
  expect(undescribed.map(({ path }) => path).sort()).toEqual(['/health/live', '/health/ready']);
});

it('metrics tell the lag of each projection', async () => {
  const { body } = await subject.send('GET', '/metrics');
  for (const name of ['orders', 'claims', 'refunds', 'sales', 'outcomes'])
    expect(body).toMatch(new RegExp(`projection_lag_seconds_count\\{[^}]*projection="${name}"`));
  expect(body).toMatch(/projection_behind_events\{[^}]*projection="orders"[^}]*\} 0/);
});

it('is ready while broker, database and log are there', async () => {
  expect(await get('/health/ready')).toMatchObject({ checks: { log: 'ok', database: 'ok' } });
});
