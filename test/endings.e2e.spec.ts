import { eventually } from '@comptoir/testing';
import { ask } from './harness/rest';
import type { Item, Placed, Shop } from './harness/shop';
import { miscounts } from './harness/told-once';
import { useSystem } from './harness/use-system';

/** Two processes of the services that everything goes through: each may get any message, and any may be asked. */
const started = useSystem({ name: 'endings', replicas: { orders: 2, orchestrator: 2, inventory: 2 } });
let shop: Shop;
beforeAll(() => void (shop = started()));

const TEAPOT: Item = { sku: 'TEAPOT', quantity: 1 };
const PATIENT = { waitSeconds: 30 };

test('an order goes through: priced, reserved, paid, confirmed, and its stock sold', async () => {
  const before = await shop.stock('TEAPOT');
  const cartId = await shop.cart([
    { sku: 'TEAPOT', quantity: 3 },
    { sku: 'CUP', quantity: 2 },
  ]);
  const answer = await shop.post(cartId);
  const { orderId, status } = answer.body as Placed;
  expect([answer.status, answer.headers.get('location'), status]).toEqual([202, `/orders/${orderId}`, 'PENDING']);

  const total = { amount: 3 * 2495 + 2 * 695, currency: 'GBP' };
  expect(await shop.ended(orderId)).toMatchObject({ status: 'COMPLETED', reason: null, total, cartId });
  expect(await statesOf(orderId)).toEqual([
    'PENDING',
    'CART_VALIDATED',
    'STOCK_RESERVED',
    'PAYMENT_PROCESSED',
    'ORDER_CONFIRMED',
    'COMPLETED',
  ]);
  expect(await shop.payment(orderId)).toMatchObject({ state: 'captured', captured: total.amount, refunded: 0 });
  await eventually(async () => expect(await shop.reservation(orderId)).toMatchObject({ state: 'sold' }));
  expect(await shop.stock('TEAPOT')).toMatchObject({ available: before.available - 3, sold: before.sold + 3 });
  expect(await shop.cartOf(cartId)).toMatchObject({ state: 'ordered', orderId });
});

test('a declined payment gives back the stock and the cart, in reverse order, and says why', async () => {
  const before = await shop.stock('TEAPOT');
  const { orderId, status, reason } = await shop.place([{ sku: 'TEAPOT', quantity: 4 }], {
    token: 'tok_decline_no_funds',
    ...PATIENT,
  });
  expect([status, reason]).toEqual(['CANCELLED', 'payment declined: no_funds']);
  const { cartId } = await shop.order(orderId);
  await eventually(async () => expect(await shop.cartOf(cartId)).toMatchObject({ state: 'open', orderId: null }));
  expect(await shop.stock('TEAPOT')).toMatchObject({ available: before.available, reserved: before.reserved });
  expect(await shop.reservation(orderId)).toMatchObject({ state: 'released' });
  expect(await shop.payment(orderId)).toMatchObject({ state: 'declined', captured: 0 });
  expect((await sentFor(orderId)).slice(-2)).toEqual(['inventory.release-stock', 'orders.cancel-order']);
  expect((await statesOf(orderId)).at(-1)).toBe('CANCELLED');
});

describe('refused, with the reason, and nothing reserved or captured', () => {
  const nothing = async (orderId: string) => {
    expect((await ask('GET', `${shop.system.url('payments')}/payments/${orderId}`)).status).toBe(404);
    const rows = await shop.system.rows<{ state: string }>(
      'inventory',
      'SELECT state FROM inventory.reservation WHERE order_id = $1',
      [orderId],
    );
    expect(rows.filter(({ state }) => state !== 'rejected')).toEqual([]);
  };
  test.each<[string, Item, RegExp]>([
    ['no stock is left', { sku: 'KETTLE', quantity: 1 }, /^out-of-stock: KETTLE \(1 wanted, 0 left\)$/],
    [
      'more is wanted than there is',
      { sku: 'TRAY', quantity: 1_000 },
      /^out-of-stock: TRAY \(1000 wanted, \d+ left\)$/,
    ],
    ['the catalogue does not know the SKU', { sku: 'NOPE', quantity: 1 }, /^unknown-sku: .*NOPE/],
    ['the price is not offered', { ...TEAPOT, unitPrice: 1 }, /^price-not-offered: .*TEAPOT/],
  ])('%s', async (_situation, item, reason) => {
    const order = await shop.place([item], PATIENT);
    expect(order).toMatchObject({ status: 'CANCELLED', reason: expect.stringMatching(reason) });
    await nothing(order.orderId);
  });

  test('the cart is empty, or does not exist, or is ordered already', async () => {
    expect(await shop.place([], PATIENT)).toMatchObject({
      status: 'CANCELLED',
      reason: expect.stringMatching(/^cart-empty/),
    });
    const foreign = '01936f1e-7f44-7d3e-9c2b-3f2a1b4c5d6e';
    expect((await shop.post(foreign, PATIENT)).body).toMatchObject({
      status: 'CANCELLED',
      reason: expect.stringMatching(/^cart-not-found/),
    });
    const cartId = await shop.cart([TEAPOT]);
    expect((await shop.post(cartId, PATIENT)).body).toMatchObject({ status: 'COMPLETED' });
    const again = (await shop.post(cartId, PATIENT)).body as Placed;
    expect(again).toMatchObject({ status: 'CANCELLED', reason: expect.stringMatching(/^cart-already-ordered/) });
    await nothing(again.orderId);
  });
});

test('a gateway whose answer gets lost is asked again, and captures once', async () => {
  const { orderId, status } = await shop.place([TEAPOT], { token: 'tok_late', ...PATIENT });
  expect(status).toBe('COMPLETED');
  expect(await shop.payment(orderId)).toMatchObject({ state: 'captured', captured: 2495, refunded: 0 });
  const charge = await ask('GET', `${shop.system.url('payments')}/gateway/charges/${orderId}`);
  expect(charge.body).toMatchObject({ status: 'captured', amount: { amount: 2495, currency: 'GBP' } });
});

test('a price that went up counts from the next order on, at every process', async () => {
  const offer = { sku: 'MUG', name: 'Mug', currency: 'GBP' };
  await ask('PUT', `${shop.system.url('inventory')}/stock`, { body: { lines: [{ sku: 'MUG', quantity: 10 }] } });
  for (const price of [500, 550]) {
    await ask('POST', `${shop.system.url('catalog')}/products`, { body: { products: [{ ...offer, price }] } });
    await shop.untilOffersAreKnown();
    expect(await shop.place([{ sku: 'MUG', quantity: 2 }], PATIENT)).toMatchObject({
      status: 'COMPLETED',
      total: { amount: 2 * price },
    });
  }
});

describe('Prefer: wait', () => {
  test('answers with the end, whichever process the order ended at', async () => {
    const orders = await Promise.all(
      Array.from({ length: 24 }, (_, nth) => shop.place([TEAPOT], { ...PATIENT, replica: nth % 2 })),
    );
    expect(orders.map(({ status }) => status)).toEqual(orders.map(() => 'COMPLETED'));
    for (const name of ['orders', 'orchestrator', 'inventory'] as const)
      for (const [replica] of shop.system.processes(name).entries())
        expect([name, replica, await handledBy(name, replica)]).toEqual([name, replica, expect.any(Number)]);
  });

  test('answers 202 where the time is over before the end; the deadline undoes what no gateway answers', async () => {
    const answer = await shop.post(await shop.cart([TEAPOT]), { token: 'tok_timeout', waitSeconds: 1 });
    expect([answer.status, answer.headers.get('preference-applied')]).toEqual([202, 'wait=1']);
    const { orderId } = answer.body as Placed;
    await eventually(async () => expect(await shop.reservation(orderId)).toMatchObject({ state: 'reserved' }));
    await shop.system.passDeadline(orderId);
    const reason = expect.stringMatching(/^process-payment: no answer to payments\.process-payment within/);
    expect(await shop.ended(orderId)).toMatchObject({ status: 'CANCELLED', reason });
    expect(await shop.reservation(orderId)).toMatchObject({ state: 'released' });
    expect(await shop.payment(orderId)).toMatchObject({ captured: 0, refunded: 0 });
  });
});

test('afterwards everything adds up', async () => {
  await shop.system.untilAllEnded();
  expect(await shop.system.violations()).toEqual([]);
  expect(await miscounts(shop.system)).toEqual([]);
});

/** The states an order's saga went through, once it has ended. */
async function statesOf(orderId: string): Promise<string[]> {
  const { timeline } = await sagaOf(orderId);
  const labels = timeline.flatMap(({ events }) => events.flatMap(({ label }) => label ?? []));
  return labels.filter((label, index) => label !== labels[index - 1]);
}

const sentFor = async (orderId: string) =>
  (await sagaOf(orderId)).timeline.flatMap(({ events }) =>
    events.flatMap(({ type, message }) => (type === 'sent' && message ? [message] : [])),
  );

interface Saga {
  readonly endedAt: string | null;
  readonly timeline: readonly { readonly events: readonly { type: string; label?: string; message?: string }[] }[];
}

const sagaOf = (orderId: string) =>
  eventually(async () => {
    const saga = (await ask('GET', `${shop.system.url('orchestrator')}/sagas/${orderId}`)).body as Saga;
    expect(saga.endedAt).toEqual(expect.any(String));
    return saga;
  });

/** How many messages a process has handled; it has metrics of its own. */
async function handledBy(name: 'orders' | 'orchestrator' | 'inventory', replica: number): Promise<number> {
  const text = String((await ask('GET', `${shop.system.url(name, replica)}/metrics`)).body);
  const counts = [...text.matchAll(/^messaging_batch_size_sum\{[^}]*\} (\d+)$/gm)].map(([, count]) => Number(count));
  const sum = counts.reduce((total, count) => total + count, 0);
  expect(sum).toBeGreaterThan(0);
  return sum;
}
