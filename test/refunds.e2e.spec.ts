import { eventually } from '@comptoir/testing';
import { SERVICES, type ServiceName } from '../tools/services';
import { expectAllWell } from './harness/all-well';
import { Claims, type GrantedLine } from './harness/claims';
import { untilAllIsLogged } from './harness/logged';
import { ReadSide } from './harness/read-side';
import { ask } from './harness/rest';
import { placeMany } from './harness/load';
import type { Placed, PlaceOptions, Shop } from './harness/shop';
import { useSystem } from './harness/use-system';

/** Claims, and refunds that nobody coordinates: all services together. */
const started = useSystem({ name: 'refunds', only: SERVICES, envOf: { claims: { ORDERS_BREAKER_RESET_MS: '200' } } });
let shop: Shop;
let claims: Claims;
let views: ReadSide;
beforeAll(() => {
  shop = started();
  claims = new Claims(shop);
  views = new ReadSide(shop);
});
afterAll(() => claims.close());
afterEach(async () => {
  await shop.system.reviveAll();
  await expectAllWell(shop);
});

const BOUGHT = [{ sku: 'TEAPOT', quantity: 2 }, { sku: 'CUP', quantity: 4 }];
const TOTAL = 2 * 2495 + 4 * 695;
const TEAPOT: readonly GrantedLine[] = [{ sku: 'TEAPOT', quantity: 1 }];
const GBP = (amount: number) => ({ amount, currency: 'GBP' });

async function bought(options: PlaceOptions = {}): Promise<Placed> {
  const placed = await shop.place(BOUGHT, { waitSeconds: 20, ...options });
  expect(placed.status).toBe('COMPLETED');
  return placed;
}

/** A claim about it, approved and taken to the refund's end. */
async function refunded(orderId: string, lines: readonly GrantedLine[]) {
  const refund = await claims.refund(orderId, lines);
  return { ...refund, claim: await claims.ended(refund.claimId) };
}

/** The types of what was said, and by whom, once nothing more is expected. */
async function toldOf(conversationId: string, flow: string): Promise<readonly string[]> {
  const { timeline } = await eventually(async () => {
    const conversation = await views.conversation(conversationId);
    expect(conversation.flows).toEqual([expect.objectContaining({ flow, ended: true, overdue: false, expected: [] })]);
    return conversation;
  });
  return timeline.map(({ type }) => type);
}

/** The stream as the company's log has it. */
async function logOf(stream: string): Promise<readonly string[]> {
  const rows = await shop.system.rows<{ type: string }>('event-store', 'SELECT type FROM event_store.event WHERE stream = $1 ORDER BY version', [stream]);
  return rows.map(({ type }) => type);
}

describe('the whole story', () => {
  test('an order, a claim, a refund: the goods are back, the customer has the money and was told, and everybody can see it', async () => {
    const before = await shop.stock('TEAPOT');
    const { orderId } = await bought();
    const { claimId, refundId, claim } = await refunded(orderId, TEAPOT);

    expect(claim).toMatchObject({ status: 'SETTLED', refunds: [{ refundId, state: 'issued', total: GBP(2495) }] });
    expect(await shop.payment(orderId)).toMatchObject({ state: 'captured', captured: TOTAL, refunded: 2495 });
    expect(await shop.stock('TEAPOT')).toMatchObject({ available: before.available - 1, sold: before.sold + 1 });
    await claims.untilTold([refundId]);

    await untilAllIsLogged(shop.system);
    expect(await toldOf(refundId, 'refund')).toEqual([
      'claims.refund-requested', 'payments.refund-calculated', 'inventory.stock-returned', 'payments.refund-issued',
      ...['claims.claim-settled', 'notifications.customer-notified'].map(() => expect.stringMatching(/^(claims\.claim-settled|notifications\.customer-notified)$/) as string),
    ]);
    const { timeline } = await views.conversation(refundId);
    expect(timeline.map(({ causedBy }) => timeline.find(({ id }) => id === causedBy)?.type)).toEqual([
      undefined, 'claims.refund-requested', 'payments.refund-calculated', 'inventory.stock-returned', 'payments.refund-issued', 'payments.refund-issued',
    ]);
    expect((await toldOf(orderId, 'order-fulfilment')).filter((type) => type === 'orders.order-confirmed')).toHaveLength(1);
    expect(await logOf(`claim-${claimId}`)).toEqual([
      'claims.claim-opened', 'claims.claim-verified', 'claims.claim-assigned', 'claims.treatment-started', 'claims.claim-approved',
      'claims.refund-requested', 'claims.claim-settled',
    ]);

    await views.untilAllIsShown();
    const { items } = await views.get<{ items: unknown[] }>(`/claims/search?orderId=${orderId}`);
    expect(items).toEqual([expect.objectContaining({ claimId, status: 'SETTLED', assignee: 'front-desk', refund: { refundId, state: 'settled', amount: GBP(2495) } })]);
    const { columns } = await views.get<{ columns: { status: string; count: number; items: { claimId: string }[] }[] }>('/claims/board');
    expect(columns.filter((column) => column.items.some((each) => each.claimId === claimId))).toEqual([expect.objectContaining({ status: 'SETTLED', count: 1 })]);
    expect(await views.get('/claims/stats')).toMatchObject({ claims: 1, byStatus: { SETTLED: 1 }, byReason: { damaged: 1 }, refunds: [{ state: 'settled', claims: 1, amount: GBP(2495) }] });
    expect(await views.get(`/refunds?orderId=${orderId}`)).toMatchObject({ items: [{ refundId, claimId, status: 'SETTLED', requested: GBP(2495), amount: GBP(2495) }] });
    const { items: sales } = await views.get<{ items: { key: string }[] }>('/sales?by=product');
    expect(sales).toContainEqual(expect.objectContaining({ key: 'TEAPOT', gross: 2 * 2495, refunded: 2495, refundedQuantity: 1, net: 2495 }));
    expect(await views.get(`/customers/C-17850/orders`)).toMatchObject({ items: [expect.objectContaining({ orderId })] });
  });

  test('a refund of more than is left is refused; the claim is under treatment again, and nothing has moved', async () => {
    const { orderId } = await bought({ coordination: 'choreography' });
    await refunded(orderId, BOUGHT);
    const before = await shop.stock('TEAPOT');
    const { refundId, claim } = await refunded(orderId, TEAPOT);
    expect(claim).toMatchObject({ status: 'UNDER_TREATMENT', refunds: [{ refundId, state: 'failed', reason: `more-than-left: 2495 GBP asked, 0 of ${TOTAL} left` }] });
    expect(await toldOf(refundId, 'refund')).toEqual(['claims.refund-requested', 'payments.refund-refused', 'claims.refund-failed']);
    expect(await shop.stock('TEAPOT')).toEqual(before);
    await claims.reject(claim.claimId, 'Everything was given back before');
    await claims.untilTold([claim.claimId]);
  });

  test('a payout that the gateway refuses is undone by each for its own part; the claim can be refunded again or rejected', async () => {
    const { orderId } = await bought({ token: 'tok_no_refund' });
    await eventually(async () => expect(await shop.reservation(orderId)).toMatchObject({ state: 'sold' }));
    const before = await shop.stock('TEAPOT');
    const { refundId, claim } = await refunded(orderId, TEAPOT);
    expect(claim).toMatchObject({ status: 'UNDER_TREATMENT', refunds: [{ refundId, state: 'failed' }] });
    expect(await toldOf(refundId, 'refund')).toEqual([
      'claims.refund-requested', 'payments.refund-calculated', 'inventory.stock-returned', 'payments.refund-failed',
      'inventory.return-reversed', 'payments.refund-hold-released', 'claims.refund-failed',
    ]);
    expect(await shop.stock('TEAPOT')).toEqual(before);
    expect(await shop.payment(orderId)).toMatchObject({ captured: TOTAL, refunded: 0 });
    // The hold is gone: all of it may be asked for again.
    const again = await claims.approve(claim.claimId, BOUGHT);
    expect((await claims.ended(claim.claimId)).refunds).toMatchObject([{ refundId }, { refundId: again.refundId, state: 'failed', reason: claim.refunds[0]?.reason }]);
  });
});

test('many claims race for one order’s money: what was captured is given back, exactly', async () => {
  const { available, reserved, sold } = await shop.stock('TEAPOT');
  const { orderId } = await bought();
  const wishes: (readonly GrantedLine[])[] = [...Array.from({ length: 5 }, () => TEAPOT), ...Array.from({ length: 7 }, () => [{ sku: 'CUP', quantity: 1 }])];
  const filed = await Promise.all(wishes.map(async (lines) => ({ lines, claimId: await claims.file(orderId, lines) })));
  await Promise.all(filed.map(({ claimId }) => claims.treat(claimId)));
  await Promise.all(filed.map(({ claimId, lines }) => claims.approve(claimId, lines)));
  const settled = async () => (await Promise.all(filed.map(({ claimId }) => claims.ended(claimId)))).filter(({ status }) => status === 'SETTLED');
  await settled();
  // One that wanted goods which another had already given back has freed its money again; who was refused meanwhile asks once more.
  for (const { claimId, lines } of filed)
    if ((await claims.read(claimId)).status === 'UNDER_TREATMENT') await claims.approve(claimId, lines).then(() => claims.ended(claimId));
  const paid = (await settled()).flatMap(({ refunds }) => refunds.filter(({ state }) => state === 'issued'));
  expect(paid.reduce((sum, { total }) => sum + total.amount, 0)).toBe(TOTAL);
  expect(await shop.payment(orderId)).toMatchObject({ captured: TOTAL, refunded: TOTAL });
  expect(await shop.stock('TEAPOT')).toMatchObject({ available, reserved, sold });
  await claims.untilTold(paid.map(({ refundId }) => refundId));
});

describe('while a peer is away', () => {
  test.each<[ServiceName, ServiceName]>([['payments', 'notifications'], ['inventory', 'event-store']])(
    '%s and %s: the refund waits for the one, and is settled when it is back; the other catches up',
    async (needed, other) => {
      const { orderId } = await bought();
      const claimId = await claims.file(orderId, TEAPOT);
      await claims.treat(claimId);
      await Promise.all([needed, other].map((peer) => shop.system.kill(peer)));
      const { refundId } = await claims.approve(claimId, TEAPOT);
      await shop.untilOutboxIsEmpty('claims');
      expect((await claims.read(claimId)).status).toBe('APPROVED');
      await shop.system.revive(needed).ready();
      expect((await claims.ended(claimId)).status).toBe('SETTLED');
      await shop.system.revive(other).ready();
      await claims.untilTold([refundId]);
    },
  );

  test('claims: what the others did meanwhile is heard of when it is back', async () => {
    const { orderId } = await bought();
    await shop.system.kill('payments');
    const { claimId, refundId } = await claims.refund(orderId, TEAPOT);
    await shop.untilOutboxIsEmpty('claims');
    await shop.system.kill('claims');
    await shop.system.revive('payments').ready();
    await claims.untilTold([refundId]);
    await shop.system.revive('claims').ready();
    expect((await claims.ended(claimId)).status).toBe('SETTLED');
  });

  test('orders: claims are taken unverified, and compared when it is back; until then nothing is given back', async () => {
    const { orderId } = await bought();
    await shop.system.kill('orders');
    const filed = await Promise.all(Array.from({ length: 8 }, (_, nth) => claims.file(orderId, TEAPOT, `complaint ${nth}`)));
    const [first = ''] = filed;
    const notOrdered = await claims.file(orderId, [{ sku: 'KETTLE', quantity: 1 }]);
    expect((await claims.read(first)).verification.state).toBe('unverified');
    const approval = await approveBlindly(first);
    expect(approval).toMatchObject({ status: 409, body: { type: 'urn:comptoir:problem:claim-not-verified' } });

    await shop.system.revive('orders').ready();
    await eventually(async () => {
      for (const claimId of filed) expect((await claims.read(claimId)).verification.state).toBe('verified');
      expect((await claims.read(notOrdered)).verification.state).toBe('failed');
    });
    await claims.approve(first, TEAPOT);
    expect((await claims.ended(first)).status).toBe('SETTLED');
  });
});

/** As somebody would who does not look. */
async function approveBlindly(claimId: string) {
  const url = `${shop.system.url('claims')}/claims/${claimId}`;
  const act = async (command: string, body?: object) => {
    const etag = (await ask('GET', url)).headers.get('etag') ?? '';
    return ask('POST', `${url}/${command}`, { body, headers: { 'if-match': etag } });
  };
  await act('assign', { assignee: 'front-desk' });
  await act('start-treatment');
  return act('approve', { lines: TEAPOT });
}

test('a refund that is stuck is listed, asked about after its deadline, and listed no longer when it has ended', async () => {
  const { orderId } = await bought();
  await shop.system.kill('payments');
  const { claimId, refundId } = await claims.refund(orderId, TEAPOT);
  await eventually(async () => expect((await views.conversation(refundId)).flows).toMatchObject([{ ended: false, overdue: false, expected: [{ service: 'payments' }] }]));
  expect(await views.stuck('refund')).toEqual([]);
  await claims.passDeadline(refundId);
  await shop.system.rows('views', 'UPDATE conversations.run SET late_from = started_at WHERE conversation = $1', [refundId]);
  expect(await views.stuck('refund')).toEqual([refundId]);
  await eventually(async () => expect(await shop.system.rows('claims', 'SELECT 1 FROM claims.open_refund WHERE asked > 0')).toHaveLength(1));

  await shop.system.revive('payments').ready();
  const { status } = await claims.ended(claimId);
  // Request and question wait in different queues: it is paid, or closed before it was requested.
  expect(['SETTLED', 'UNDER_TREATMENT']).toContain(status);
  await eventually(async () => expect(await views.stuck('refund')).toEqual([]));
  expect(await toldOf(refundId, 'refund')).toContain(status === 'SETTLED' ? 'claims.claim-settled' : 'claims.refund-failed');
});

test('views are built anew while everything goes on: nothing is missing from them, nothing is there twice', async () => {
  const names = await views.names();
  const generation = async (name: string) => (await views.hash(name)).generation;
  const before = await Promise.all(names.map(generation));
  let going = true;
  const writing = (async () => {
    while (going) {
      const [first = ''] = await placeMany(shop, 6, 6);
      if ((await shop.ended(first)).status === 'COMPLETED') await claims.refund(first, TEAPOT);
    }
  })();
  for (const name of names) await views.rebuild(name);
  await eventually(async () => {
    for (const [index, name] of names.entries()) expect(await generation(name)).toBeGreaterThan(before[index]!);
  });
  going = false;
  await writing;
  await shop.system.untilAllEnded();
  await expectAllWell(shop);
  expect(await views.differences()).toEqual([]);
});
