import { RefundHoldReleased, RefundIssued, RefundRefused } from '@comptoir/contracts/payments';
import { eventually } from '@comptoir/testing';
import { Pool } from 'pg';
import { v7 as uuidv7 } from 'uuid';
import { ClaimsUnderTest } from './claims-under-test';

const test = new ClaimsUnderTest();
beforeAll(() => test.start());
afterAll(() => test.stop());

const amount = { amount: 2_495, currency: 'GBP' };
const problem = (code: string) => ({ type: `urn:comptoir:problem:${code}` });
const openRefunds = async (refundId: string) =>
  (await test.subject.app.get(Pool).query('SELECT 1 FROM claims.open_refund WHERE refund_id = $1', [refundId])).rowCount;

describe('the whole way', () => {
  it('a claim is filed, treated, approved and settled; all of it is told, under the versions and ids it is stored with', async () => {
    const approved = await test.approved();
    const { claimId, orderId, refundId } = approved;
    await test.subject.say(RefundIssued, { ...test.refund(approved), customerId: 'C-17850', amount }, { correlationId: refundId });
    await eventually(async () => expect(await test.read(claimId)).toMatchObject({ status: 'SETTLED', version: 7 }));

    const stored = await test.eventsOf(claimId);
    expect(stored.map(({ type, version }) => `${version} ${type}`)).toEqual([
      '1 claims.claim-opened',
      '2 claims.claim-verified',
      '3 claims.claim-assigned',
      '4 claims.treatment-started',
      '5 claims.claim-approved',
      '6 claims.refund-requested',
      '7 claims.claim-settled',
    ]);
    await eventually(() => expect(test.heardOf(claimId)).toHaveLength(7));
    const told = [...test.heardOf(claimId)].sort((a, b) => Number(a.headers['stream-version']) - Number(b.headers['stream-version']));
    const asKept = told.map(({ id, type, body, headers }) => {
      const { stream, 'stream-version': version } = headers;
      return { id, type, data: body, version, stream };
    });
    expect(asKept).toEqual(
      stored.map(({ id, type, data, version }) => ({ id, type, data, version, stream: `claim-${claimId}` })),
    );
    const flows = told.map(({ routingKey }) => routingKey.split('.').at(-1));
    expect(flows).toEqual([...Array<string>(5).fill('claim-treatment'), 'refund', 'refund']);
    expect(told.map(({ correlationId }) => correlationId)).toEqual([...Array<string>(5).fill(claimId), refundId, refundId]);
    expect(told[5]?.headers['causation-id']).toBe(stored[4]?.id);
    expect(stored.map(({ correlationId }) => correlationId)).toEqual(told.map(({ correlationId }) => correlationId));
    const lines = [{ sku: 'TEAPOT', quantity: 1, amount: 2_495, restock: true }];
    expect(told[5]?.body).toEqual({ claimId, refundId, orderId, customerId: 'C-17850', total: amount, lines });
  });

  it('a refund that fails reopens the claim, which is approved again by another refund', async () => {
    const first = await test.approved();
    const { claimId } = first;
    const refused = { ...test.refund(first), reason: 'more-than-left', detail: '0 left' };
    const say = (refundId: string) => test.subject.say(RefundRefused, { ...refused, refundId }, { correlationId: refundId });
    await say(first.refundId);
    const reopened = { status: 'UNDER_TREATMENT', version: 7, assignee: 'ann' };
    await eventually(async () => expect(await test.read(claimId)).toMatchObject(reopened));
    const second = await test.done(claimId, 'approve', 7, { lines: [{ sku: 'TEAPOT', quantity: 1, amount: 1 }] });
    expect(second.refundId).not.toBe(first.refundId);
    expect([await openRefunds(first.refundId), await openRefunds(second.refundId ?? '')]).toEqual([0, 1]);
    // The end of the first one, said again, and of one that never was, do not touch the second.
    await say(first.refundId);
    await say(uuidv7());
    const one = { ...amount, amount: 1 };
    await test.subject.say(RefundIssued, { ...test.refund(first), refundId: second.refundId ?? '', customerId: 'C-17850', amount: one });
    await eventually(async () => expect(await test.read(claimId)).toMatchObject({ status: 'SETTLED', version: 10 }));
    expect(await openRefunds(second.refundId ?? '')).toBe(0);
    const { refunds } = await test.read(claimId);
    expect(refunds).toMatchObject([{ state: 'failed', reason: 'more-than-left: 0 left' }, { state: 'issued' }]);
  });

  it('is rejected, and that is the end', async () => {
    const { claimId, version } = await test.treated(await test.filed());
    await test.done(claimId, 'reject', version, { reason: 'Worn for a year' });
    expect(await test.read(claimId)).toMatchObject({ status: 'REJECTED', rejection: 'Worn for a year' });
    const late = await test.command(claimId, 'assign', 5, { assignee: 'bob' });
    expect(late.json()).toMatchObject({ status: 409, ...problem('wrong-status'), claimStatus: 'REJECTED', allowed: ['OPENED', 'ASSIGNED', 'UNDER_TREATMENT'] });
  });

  it.each(['first', 'last'] as const)('the end of a refund that comes several times and %s in another way counts once', async (other) => {
    const approved = await test.approved();
    const { claimId, refundId } = approved;
    const refund = test.refund(approved);
    const of = { correlationId: refundId };
    const issued = () => test.subject.say(RefundIssued, { ...refund, customerId: 'C-17850', amount }, of);
    const released = () => test.subject.say(RefundHoldReleased, { ...refund, amount: 0, reason: 'closed' }, of);
    for (const say of other === 'first' ? [released, issued, issued] : [issued, released, issued]) await say();
    const settled = other === 'first' ? 8 : 7;
    await eventually(async () => expect(await test.read(claimId)).toMatchObject({ status: 'SETTLED', version: settled }));
    await eventually(async () => expect(await test.subject.depth('claims.settle-claim')).toBe(0));
    expect((await test.eventsOf(claimId)).filter(({ type }) => type === 'claims.claim-settled')).toHaveLength(1);
  });

  it('answers about claims nobody filed are taken and dropped', async () => {
    await test.subject.say(RefundIssued, { refundId: uuidv7(), claimId: uuidv7(), orderId: uuidv7(), customerId: 'C-1', amount });
    const approved = await test.approved();
    await test.subject.say(RefundIssued, { ...test.refund(approved), customerId: 'C-17850', amount });
    await eventually(async () => expect((await test.read(approved.claimId)).status).toBe('SETTLED'));
    expect(await test.subject.depth('claims.settle-claim.dead')).toBe(0);
  });
});

describe('filing', () => {
  it('answers with where the claim is, and under which version', async () => {
    const { complaint } = test.newOrder();
    const response = await test.file(complaint);
    const { claimId } = response.json<{ claimId: string }>();
    expect(response.statusCode).toBe(201);
    expect(response.headers).toMatchObject({ location: `/claims/${claimId}`, etag: '"2"' });
    const links = { self: `/claims/${claimId}`, events: `/claims/${claimId}/events` };
    expect(response.json()).toEqual({ claimId, version: 2, status: 'OPENED', verification: 'verified', refundId: null, links });
  });

  it('again under the same key is the same claim, whatever orders says by then', async () => {
    const { complaint, orderId } = test.newOrder();
    const key = { 'idempotency-key': uuidv7() };
    const first = await test.file(complaint, key);
    test.orders.orders.delete(orderId);
    const again = await test.file(complaint, key);
    expect([again.statusCode, again.json()]).toEqual([201, first.json()]);
    const other = await test.file({ ...complaint, reason: 'other' }, key);
    expect(other.json()).toMatchObject({ status: 422, ...problem('idempotency-key-reused') });
    expect((await test.subject.send('GET', `/claims?orderId=${orderId}`)).json<{ items: unknown[] }>().items).toHaveLength(1);
  });

  it.each([
    ['order-not-found', (complaint: object) => ({ ...complaint, orderId: uuidv7() })],
    ['other-customer', (complaint: object) => ({ ...complaint, customerId: 'C-1' })],
    ['not-in-order', (complaint: object) => ({ ...complaint, lines: [{ sku: 'TEAPOT', quantity: 3 }] })],
    ['not-in-order', (complaint: object) => ({ ...complaint, lines: [{ sku: 'KETTLE', quantity: 1 }] })],
  ])('is refused with %s where the order says so, and leaves nothing', async (reason, change) => {
    const complaint = change(test.newOrder().complaint) as { orderId: string };
    const response = await test.file(complaint);
    expect(response.json()).toMatchObject({ status: 422, reason, ...problem('claim-does-not-fit-order') });
    expect((await test.subject.send('GET', `/claims?orderId=${complaint.orderId}`)).json()).toEqual({ items: [], next: null });
  });

  it('is refused for an order that is not completed', async () => {
    const { complaint, order, orderId } = test.newOrder();
    test.orders.orders.set(orderId, { ...order, status: 'PENDING', lines: null, total: null });
    expect((await test.file(complaint)).json()).toMatchObject({ status: 422, reason: 'order-not-completed' });
  });

  it.each([
    ['no body', undefined],
    ['no lines', { lines: [] }],
    ['a SKU twice', { lines: [{ sku: 'MUG', quantity: 1 }, { sku: 'MUG', quantity: 1 }] }],
    ['no quantity', { lines: [{ sku: 'MUG', quantity: 0 }] }],
    ['half a unit', { lines: [{ sku: 'MUG', quantity: 0.5 }] }],
    ['no such reason', { reason: 'bored' }],
    ['a customer of control characters', { customerId: 'C\u0000' }],
    ['a description with a NUL', { description: 'a\u0000b' }],
    ['a description that is a book', { description: 'x'.repeat(4_001) }],
    ['half of a character', { description: '\ud800' }],
    ['something unknown', { refund: 1 }],
  ])('is refused with %s', async (_, change) => {
    const { complaint } = test.newOrder();
    expect((await test.file(change ? { ...complaint, ...change } : {})).statusCode).toBe(400);
  });

  it('takes lines of text in any script', async () => {
    const description = 'Première ligne\n第二行\t🫖';
    const { claimId } = await test.filed({ ...test.newOrder().complaint, description });
    expect(await test.read(claimId)).toMatchObject({ description });
  });
});

describe('looking back', () => {
  it('a claim is as it was after so many events, or at a time', async () => {
    const { claimId } = await test.treated(await test.filed());
    const { items } = (await test.subject.send('GET', `/claims/${claimId}/events`)).json<{ items: { recordedAt: string }[] }>();
    expect(await test.read(claimId, '?asOfVersion=1')).toMatchObject({ version: 1, verification: { state: 'unverified' } });
    expect(await test.read(claimId, '?asOfVersion=3')).toMatchObject({ version: 3, status: 'ASSIGNED' });
    expect(await test.read(claimId, '?asOfVersion=99')).toMatchObject({ version: 4 });
    expect(await test.read(claimId, `?asOfTime=${encodeURIComponent(items[3]?.recordedAt ?? '')}`)).toMatchObject({ version: 4 });
    const before = new Date(Date.parse(items[0]?.recordedAt ?? '') - 1).toISOString();
    expect((await test.subject.send('GET', `/claims/${claimId}?asOfTime=${before}`)).statusCode).toBe(404);
  });

  it('its history is read page by page', async () => {
    const { claimId } = await test.treated(await test.filed());
    type Page = { items: { version: number }[]; next: string | null };
    const first = (await test.subject.send('GET', `/claims/${claimId}/events?limit=3`)).json<Page>();
    const second = (await test.subject.send('GET', `/claims/${claimId}/events?limit=3&after=${first.next}`)).json<Page>();
    expect([first, second].map(({ items }) => items.map(({ version }) => version))).toEqual([[1, 2, 3], [4]]);
    expect(second.next).toBeNull();
  });

  it('claims are listed page by page, the latest first, by order, customer and status', async () => {
    const { complaint, orderId } = test.newOrder();
    const filed = [await test.filed(complaint), await test.filed(complaint), await test.filed(complaint)];
    await test.treated(filed[0]!);
    type Page = { items: { claimId: string; status: string; version: number }[]; next: string | null };
    const list = async (query: string) => (await test.subject.send('GET', `/claims?orderId=${orderId}&${query}`)).json<Page>();
    const first = await list('limit=2');
    const second = await list(`limit=2&after=${first.next}`);
    expect([...first.items, ...second.items].map(({ claimId }) => claimId)).toEqual(filed.map(({ claimId }) => claimId).reverse());
    const treated = { claimId: filed[0]?.claimId, version: 4, verification: 'verified', assignee: 'ann' };
    expect((await list('status=UNDER_TREATMENT')).items).toMatchObject([treated]);
    expect((await list('customerId=C-1')).items).toEqual([]);
  });

  it.each([
    ['/claims?status=LOST', 400],
    ['/claims?after=nonsense!', 400],
    [`/claims?after=${Buffer.from('x').toString('base64url')}`, 400],
    ['/claims?orderId=1', 400],
    ['/claims/1', 400],
    [`/claims/${uuidv7()}`, 404],
    [`/claims/${uuidv7()}/events`, 404],
    [`/claims/${uuidv7()}/events?after=${Buffer.from('x').toString('base64url')}`, 400],
    [`/claims/${uuidv7()}?asOfVersion=0`, 400],
    [`/claims/${uuidv7()}?asOfVersion=99999999999`, 400],
    [`/claims/${uuidv7()}?asOfTime=yesterday`, 400],
    [`/claims/${uuidv7()}?asOfTime=0000-01-01T00:00:00Z`, 400],
    [`/claims/${uuidv7()}?asOfVersion=1&asOfTime=2026-11-01T00:00:00Z`, 400],
  ])('GET %s is answered with %s', async (url, status) => {
    expect((await test.subject.send('GET', url)).statusCode).toBe(status);
  });

  it('describes itself', async () => {
    type Paths = Record<string, Record<string, { parameters: { name: string; required: boolean }[] }>>;
    const { paths } = (await test.subject.send('GET', '/docs-json')).json<{ paths: Paths }>();
    const parts = ['', '/events', '/assign', '/start-treatment', '/approve', '/reject'].map((each) => `/claims/{claimId}${each}`);
    expect(Object.keys(paths)).toEqual(expect.arrayContaining(['/claims', ...parts]));
    const { parameters } = paths['/claims/{claimId}/approve']?.['post'] ?? {};
    expect(parameters).toContainEqual(expect.objectContaining({ name: 'If-Match', required: true }));
  });
});
