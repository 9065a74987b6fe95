import { eventually } from '@comptoir/testing';
import type { Broker } from './harness/broker';
import { hold, releaseAll, type Held } from './harness/detour';
import { ask } from './harness/rest';
import type { Placed, PlaceOptions, Shop } from './harness/shop';
import { useSystem } from './harness/use-system';

/** Orders that nobody coordinates: the services react to each other. */
const started = useSystem({ name: 'checkout', replicas: { orders: 2 } });
let shop: Shop;
let broker: Broker;
beforeAll(async () => {
  shop = started();
  broker = await shop.system.broker();
});
afterEach(async () => {
  await releaseAll(broker);
  expect(await shop.system.violations()).toEqual([]);
});

const ITEMS = [{ sku: 'TEAPOT', quantity: 5 }];
const TOTAL = 5 * 2495;
const byPeers: PlaceOptions = { coordination: 'choreography', waitSeconds: 20 };
const sagaStatus = async (orderId: string) => (await ask('GET', `${shop.system.url('orchestrator')}/sagas/${orderId}`)).status;
const cartStateOf = async (orderId: string) => (await shop.cartOf((await shop.order(orderId)).cartId)).state;
/** The same order in both styles. */
const inBothStyles = (sku: string, token: string): Promise<Placed[]> =>
  Promise.all((['orchestration', 'choreography'] as const).map((coordination) => shop.place([{ sku, quantity: 30 }], { token, coordination, waitSeconds: 20 })));

describe('an order by peers', () => {
  test('completes: paid, sold, told to whoever waits; the orchestrator knows nothing of it', async () => {
    const before = await shop.stock('TEAPOT');
    const { orderId, status, total } = await shop.place(ITEMS, byPeers);
    expect({ status, total }).toEqual({ status: 'COMPLETED', total: { amount: TOTAL, currency: 'GBP' } });
    expect(await shop.order(orderId)).toMatchObject({ coordination: 'choreography', status: 'COMPLETED' });
    expect(await shop.payment(orderId)).toMatchObject({ state: 'captured', captured: TOTAL, refunded: 0 });
    await eventually(async () => expect(await shop.reservation(orderId)).toMatchObject({ state: 'sold' }));
    expect(await shop.stock('TEAPOT')).toMatchObject({ available: before.available - 5, reserved: before.reserved, sold: before.sold + 5 });
    expect(await sagaStatus(orderId)).toBe(404);
  });

  test('whose payment is declined is cancelled, everything given back, for the reason its twin with a coordinator has', async () => {
    const before = await shop.stock('TEAPOT');
    const [twin, order] = await inBothStyles('TEAPOT', 'tok_decline_no-funds');
    expect(order).toMatchObject({ status: 'CANCELLED', reason: 'payment declined: no-funds' });
    expect(order?.reason).toBe(twin?.reason);
    expect(await shop.reservation(order!.orderId)).toMatchObject({ state: 'released' });
    await eventually(async () => expect(await cartStateOf(order!.orderId)).toBe('open'));
    expect(await shop.stock('TEAPOT')).toEqual(before);
  });

  test('that finds no stock is cancelled, for the reason its twin has', async () => {
    const [twin, order] = await inBothStyles('KETTLE', 'tok_approve');
    expect(order).toMatchObject({ status: 'CANCELLED', reason: 'out-of-stock: KETTLE (30 wanted, 0 left)' });
    expect(order?.reason).toBe(twin?.reason);
    expect((await ask('GET', `${shop.system.url('payments')}/payments/${order!.orderId}`)).status).toBe(404);
    await eventually(async () => expect(await cartStateOf(order!.orderId)).toBe('open'));
  });

  test('whose cart was ordered before is cancelled, and the cart stays with the first', async () => {
    const first = await shop.place(ITEMS, byPeers);
    const { cartId } = await shop.order(first.orderId);
    expect((await shop.post(cartId, byPeers)).body).toMatchObject({ status: 'CANCELLED', reason: expect.stringMatching(/^cart-already-ordered: /) as unknown });
    expect(await shop.cartOf(cartId)).toMatchObject({ state: 'ordered', orderId: first.orderId });
  });

  test('is cancelled when its payment takes too long, and nothing is held; the cart can be ordered again', async () => {
    const before = await shop.stock('TEAPOT');
    const { orderId } = await shop.place(ITEMS, { coordination: 'choreography', token: 'tok_timeout' });
    await eventually(async () => expect(await shop.reservation(orderId)).toMatchObject({ state: 'reserved' }));
    await shop.system.passCheckoutDeadline(orderId);
    const { cartId, ...ended } = await shop.ended(orderId);
    expect(ended).toMatchObject({ status: 'CANCELLED', reason: 'not paid in time' });
    expect(await shop.payment(orderId)).toMatchObject({ state: 'void', captured: 0 });
    expect(await shop.reservation(orderId)).toMatchObject({ state: 'released' });
    expect(await shop.stock('TEAPOT')).toEqual(before);
    await eventually(async () => expect(await shop.cartOf(cartId)).toMatchObject({ state: 'open' }));
    expect((await shop.post(cartId, byPeers)).body).toMatchObject({ status: 'COMPLETED' });
  });
});

describe('an order that is given up while an event is on its way', () => {
  test.each<[string, string, string, () => unknown]>([
    ['the placed order to carts', 'carts.order-placed', 'orders.order-placed', () => ({ reservation: 'void', payment: 'void', captured: 0 })],
    ['the priced cart to inventory', 'inventory.cart-validated', 'carts.cart-validated', () => ({ reservation: 'void', payment: 'void', captured: 0 })],
    ['the reservation to payments', 'payments.stock-reserved', 'inventory.stock-reserved', () => ({ reservation: 'released', payment: 'void', captured: 0 })],
    ['the payment to orders', 'orders.payment-processed', 'payments.payment-processed', () => ({ reservation: 'released', payment: 'refunded', captured: TOTAL })],
  ])('leaves nothing behind: %s comes after all was undone', async (_, queue, event, left) => {
    const before = await shop.stock('TEAPOT');
    const held: Held = await hold(broker, queue, { exchange: 'business.events', key: `${event}.checkout` });
    const { orderId } = await shop.place(ITEMS, { coordination: 'choreography' });
    await held.until(1);
    await shop.system.passCheckoutDeadline(orderId);
    expect(await shop.ended(orderId)).toMatchObject({ status: 'CANCELLED', reason: 'not paid in time' });

    await held.release('retry.1s');
    await eventually(async () => expect(await broker.depth('retry.1s')).toBe(0));
    expect(await shop.system.violations()).toEqual([]);
    const { captured, refunded, state } = await shop.payment(orderId);
    expect({ reservation: (await shop.reservation(orderId)).state, payment: state, captured }).toEqual(left());
    expect(refunded).toBe(captured);
    expect(await shop.stock('TEAPOT')).toEqual(before);
    expect(await cartStateOf(orderId)).toBe('open');
  });

  test('stays completed where the confirmation came first', async () => {
    const sold: Held = await hold(broker, 'inventory.order-confirmed', { exchange: 'business.events', key: 'orders.order-confirmed.*' });
    const { orderId, status } = await shop.place(ITEMS, byPeers);
    expect(status).toBe('COMPLETED');
    await shop.system.passCheckoutDeadline(orderId);
    await sold.until(1);
    await sold.release('at once');
    await eventually(async () => expect(await shop.reservation(orderId)).toMatchObject({ state: 'sold' }));
    expect(await shop.order(orderId)).toMatchObject({ status: 'COMPLETED' });
  });
});
