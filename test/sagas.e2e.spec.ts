import { randomUUID } from 'node:crypto';
import { eventually } from '@comptoir/testing';
import type { Broker } from './harness/broker';
import { hold, releaseAll, type Held } from './harness/detour';
import { ask, type Answer } from './harness/rest';
import type { Shop } from './harness/shop';
import { useSystem } from './harness/use-system';

const started = useSystem({ name: 'sagas' });
let shop: Shop;
let broker: Broker;
beforeAll(async () => {
  shop = started();
  broker = await shop.system.broker();
});

const ITEMS = [{ sku: 'TEAPOT', quantity: 5 }];

interface Saga {
  readonly status: string;
  readonly state: string;
  readonly step: string | null;
  readonly parked: { readonly code: string } | null;
  readonly actions: readonly {
    readonly action: string;
    readonly actor: string;
    readonly reason: string;
    readonly outcome: string;
  }[];
  readonly remaining: readonly { readonly command: string }[];
}

const sagaOf = async (orderId: string) =>
  (await ask('GET', `${shop.system.url('orchestrator')}/sagas/${orderId}`)).body as Saga;
const act = (orderId: string, action: string, more: object = {}): Promise<Answer> =>
  ask('POST', `${shop.system.url('orchestrator')}/sagas/${orderId}/${action}`, {
    body: { actor: 'ada', reason: `to ${action}`, ...more },
    idempotencyKey: randomUUID(),
  });

describe('a compensation that overtakes its command', () => {
  afterEach(() => releaseAll(broker));

  test('leaves nothing reserved: the reservation sits in a retry tier until after its deadline', async () => {
    const before = await shop.stock('TEAPOT');
    const { orderId, held } = await placeHolding('inventory.reserve-stock');
    await shop.system.passDeadline(orderId);
    const reason = expect.stringMatching(/^reserve-stock: no answer to inventory\.reserve-stock/);
    expect(await shop.ended(orderId)).toMatchObject({ status: 'CANCELLED', reason });
    expect(await shop.reservation(orderId)).toMatchObject({ state: 'void' });

    await held.release('retry.1s');
    await ignoredLate(orderId, 'inventory.stock-rejected');
    expect(await shop.reservation(orderId)).toMatchObject({ state: 'void' });
    expect(await shop.stock('TEAPOT')).toEqual(before);
  });

  test('leaves nothing captured: the payment sits in a retry tier until after its deadline', async () => {
    const { orderId, held } = await placeHolding('payments.process-payment');
    await shop.system.passDeadline(orderId);
    expect(await shop.ended(orderId)).toMatchObject({ status: 'CANCELLED' });
    expect(await shop.payment(orderId)).toMatchObject({ state: 'void' });

    await held.release('retry.1s');
    await ignoredLate(orderId, 'payments.payment-declined');
    expect(await shop.payment(orderId)).toMatchObject({ captured: 0, refunded: 0 });
    expect((await ask('GET', `${shop.system.url('payments')}/gateway/charges/${orderId}`)).status).toBe(404);
  });

  test('frees the cart: the validation sits in a retry tier until after its deadline', async () => {
    const { orderId, held } = await placeHolding('carts.validate-cart');
    await shop.system.passDeadline(orderId);
    const { cartId } = await shop.ended(orderId);
    await held.release('retry.1s');
    await eventually(async () =>
      expect(
        await shop.system.rows('carts', 'SELECT state FROM carts.validation WHERE order_id = $1', [orderId]),
      ).toEqual([{ state: 'void' }]),
    );
    await eventually(async () => expect(await broker.depth('retry.1s')).toBe(0));
    expect(await shop.cartOf(cartId)).toMatchObject({ state: 'open' });
    expect((await shop.post(cartId, { waitSeconds: 20 })).body).toMatchObject({ status: 'COMPLETED' });
  });

  test('refunds what was captured in time, but told too late', async () => {
    const told = { exchange: 'business.events', key: 'payments.payment-processed.order-fulfilment' };
    const { orderId, held } = await placeHolding('orchestrator.order-fulfilment', { binding: told });
    expect(await shop.payment(orderId)).toMatchObject({ state: 'captured', captured: 5 * 2495, refunded: 0 });
    await shop.system.passDeadline(orderId);
    expect(await shop.ended(orderId)).toMatchObject({ status: 'CANCELLED' });
    expect(await shop.payment(orderId)).toMatchObject({ state: 'refunded', captured: 5 * 2495, refunded: 5 * 2495 });
    await held.release('retry.1s');
    await ignoredLate(orderId, 'payments.payment-processed');
    expect(await shop.reservation(orderId)).toMatchObject({ state: 'released' });
  });
});

describe('a parked saga', () => {
  let confirmation: Held;
  let release: Held;
  let [atPivot, resolved, skipped] = ['', '', ''];

  beforeAll(async () => {
    [confirmation, release] = [
      await hold(broker, 'orders.confirm-order'),
      await hold(broker, 'inventory.release-stock'),
    ];
    const place = async (token: string) => (await shop.place(ITEMS, { token })).orderId;
    [atPivot, resolved, skipped] = [await place('tok_approve'), await place('tok_decline'), await place('tok_decline')];
    await confirmation.until(1);
    await release.until(2);
    await Promise.all([atPivot, resolved, skipped].map(parkByDeadlines));
  });
  afterAll(() => releaseAll(broker));

  test('goes on by a retry, which is kept with who asked and why; a refused action is kept too', async () => {
    expect(await sagaOf(atPivot)).toMatchObject({
      status: 'parked',
      step: 'confirm-order',
      parked: { code: 'no-answer' },
    });
    for (const action of ['skip', 'compensate', 'cancel']) {
      const refused = await act(atPivot, action);
      expect([refused.status, refused.headers.get('content-type')]).toEqual([
        409,
        expect.stringContaining('application/problem+json'),
      ]);
    }
    expect((await shop.order(atPivot)).status).toBe('PENDING');
    const taken = await act(atPivot, 'retry');
    expect([taken.status, taken.body]).toEqual([
      200,
      expect.objectContaining({ status: 'running', step: 'confirm-order' }),
    ]);
    await confirmation.until(6); // five before it parked, and this one
    await confirmation.release('at once');
    expect(await shop.ended(atPivot)).toMatchObject({ status: 'COMPLETED' });
    const { actions } = await sagaOf(atPivot);
    expect(actions.map(({ action, actor, reason, outcome }) => [action, actor, reason, outcome])).toEqual([
      ['skip', 'ada', 'to skip', 'pivot-not-skippable'],
      ['compensate', 'ada', 'to compensate', 'past-no-return'],
      ['cancel', 'ada', 'to cancel', 'past-no-return'],
      ['retry', 'ada', 'to retry', 'accepted'],
    ]);
  });

  test('is resolved by the answer that a person knows', async () => {
    const answer = { type: 'inventory.stock-released', body: { orderId: resolved, lines: ITEMS } };
    expect((await act(resolved, 'resolve', { answer: { ...answer, body: {} } })).status).toBe(409);
    expect((await act(resolved, 'resolve', { answer })).status).toBe(200);
    expect(await shop.ended(resolved)).toMatchObject({ status: 'CANCELLED', reason: 'payment declined: declined' });
  });

  test('goes on without a compensation that a person did by hand', async () => {
    expect((await act(skipped, 'skip')).status).toBe(200);
    expect(await shop.ended(skipped)).toMatchObject({ status: 'CANCELLED' });
  });

  test('that has ended so is not moved by what it waited for, which comes late', async () => {
    await release.release('at once');
    for (const orderId of [resolved, skipped]) {
      await eventually(async () => expect(await shop.reservation(orderId)).toMatchObject({ state: 'released' }));
      expect((await shop.order(orderId)).status).toBe('CANCELLED');
    }
  });
});

describe('a running saga', () => {
  afterEach(() => releaseAll(broker));

  test('is cancelled by a person: undone, and the reason names the person', async () => {
    const { orderId, held } = await placeHolding('payments.process-payment');
    expect(await sagaOf(orderId)).toMatchObject({
      state: 'STOCK_RESERVED',
      remaining: [{ command: 'payments.process-payment' }, { command: 'orders.confirm-order' }],
    });
    expect((await act(orderId, 'cancel')).status).toBe(200);
    expect(await shop.ended(orderId)).toMatchObject({ status: 'CANCELLED', reason: 'cancelled by ada: to cancel' });
    await held.release('at once');
    expect(await shop.reservation(orderId)).toMatchObject({ state: 'released' });
    await eventually(async () =>
      expect(await sagaOf(orderId)).toMatchObject({ status: 'cancelled', state: 'CANCELLED' }),
    );
    expect((await act(orderId, 'cancel')).status).toBe(409);
  });

  test('that nobody knows is 404, and an action without a reason or an actor is 400', async () => {
    expect((await act(randomUUID(), 'retry')).status).toBe(404);
    expect((await act(randomUUID(), 'retry', { reason: ' ' })).status).toBe(400);
    expect((await act(randomUUID(), 'cancel', { actor: '' })).status).toBe(400);
  });

  test('is found by its state, its step and its age', async () => {
    const { orderId, held } = await placeHolding('payments.process-payment');
    const list = async (query: string) => {
      const { body } = await ask('GET', `${shop.system.url('orchestrator')}/sagas?${query}`);
      return (body as { items: readonly { id: string }[] }).items.map(({ id }) => id);
    };
    expect(await list('status=running&state=STOCK_RESERVED&step=process-payment')).toEqual([orderId]);
    expect(await list('status=running&state=PENDING')).toEqual([]);
    expect(await list('status=running&olderThan=1h')).toEqual([]);
    await held.release('at once');
    expect(await shop.ended(orderId)).toMatchObject({ status: 'COMPLETED' });
  });
});

test('afterwards everything adds up', async () => {
  await shop.system.untilAllEnded();
  expect(await shop.system.violations()).toEqual([]);
});

/** An order that waits because its command, or the answer, is held. */
async function placeHolding(
  queue: string,
  { token = 'tok_approve', binding }: { token?: string; binding?: { exchange: string; key: string } } = {},
): Promise<{ orderId: string; held: Held }> {
  const held = await hold(broker, queue, binding);
  const { orderId } = await shop.place(ITEMS, { token });
  await held.until(1);
  return { orderId, held };
}

/** Lets every deadline pass until the saga asks for a person. */
const parkByDeadlines = (orderId: string) =>
  eventually(
    async () => {
      await shop.system.passDeadline(orderId);
      expect((await sagaOf(orderId)).status).toBe('parked');
    },
    { timeoutMs: 30_000, intervalMs: 100 },
  );

/** What comes after the end is kept in the history, and changes nothing. */
const ignoredLate = (orderId: string, event: string) =>
  eventually(async () => {
    const rows = await shop.system.rows<{ events: unknown }>(
      'orchestrator',
      'SELECT events FROM saga.history WHERE conversation = $1 AND input = $2',
      [orderId, event],
    );
    expect(rows).toEqual([{ events: [{ type: 'ignored', message: event, why: 'saga-has-ended' }] }]);
  });
