import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { eventually } from '@comptoir/testing';
import { ConfirmOrder } from '@comptoir/contracts/orders';
import { v7 as uuidv7 } from 'uuid';
import { ROOT } from '../tools/root';
import { EXCHANGES, type Broker } from './harness/broker';
import { hold } from './harness/detour';
import { acceptedWithoutBroker, killedWhileAccepting, killedWhileHandling } from './harness/incidents';
import type { Placed, Shop } from './harness/shop';
import type { NextLife, System } from './harness/system';
import { duplicateAll, tap } from './harness/tap';
import { miscounts } from './harness/told-once';
import { useSystem } from './harness/use-system';

const started = useSystem({ name: 'mechanisms' });
let shop: Shop;
let system: System;
let broker: Broker;

beforeAll(async () => {
  shop = started();
  system = shop.system;
  broker = await system.broker();
});

const off = (mechanism: string): NextLife => ({ COMPTOIR_SWITCHED_OFF: mechanism });

describe('with everything on', () => {
  afterEach(async () => {
    await system.untilAllEnded();
    expect(await system.violations()).toEqual([]);
    expect(await miscounts(system)).toEqual([]);
  });

  test('an order whose service was killed before it could tell anybody goes its way', async () => {
    expect((await shop.ended(await killedWhileAccepting(shop))).status).toBe('COMPLETED');
  });

  test('an order accepted while the broker was away goes its way when it is back', async () => {
    expect((await shop.ended(await acceptedWithoutBroker(shop))).status).toBe('COMPLETED');
  });

  test('an order whose orchestrator was killed while it handled it goes its way', async () => {
    expect((await shop.ended(await killedWhileHandling(shop))).status).toBe('COMPLETED');
  });

  test('messages that come twice are handled once', async () => {
    expect((await orderWithDuplicates()).status).toBe('COMPLETED');
  });

  test('a message that fails has no effect on those beside it', async () => {
    const { poison, retried, orders } = await poisonBesideConfirmations();
    for (const orderId of orders) expect((await shop.ended(orderId)).status).toBe('COMPLETED');
    await eventually(() => expect([...retried]).toEqual([poison]));
    // It would go through all the tiers; a person takes it out.
    await broker.channel.purgeQueue('retry.1s');
  });
});

describe('switched off', () => {
  test('without the outbox the order is lost (this test can fail)', async () => {
    const orderId = await killedWhileAccepting(shop, off('outbox'));
    await untilForgotten(orderId);
    await expectLost(orderId);
  });

  test('without the relay its message waits in the outbox for ever (this test can fail)', async () => {
    const orderId = await killedWhileAccepting(shop, off('relay'));
    await eventually(async () =>
      expect(
        await system.rows('orders', `SELECT 1 FROM messaging.outbox WHERE created_at < now() - interval '5 seconds'`),
      ).toHaveLength(1),
    );
    await expectLost(orderId);
    await system.restart('orders');
    expect((await shop.ended(orderId)).status).toBe('COMPLETED');
  });

  test('without confirms an order accepted while the broker was away is lost (this test can fail)', async () => {
    const orderId = await acceptedWithoutBroker(shop, off('confirms'));
    await untilForgotten(orderId);
    await expectLost(orderId);
  });

  test('with acks before the commit the order is lost (this test can fail)', async () => {
    const orderId = await killedWhileHandling(shop, off('late-ack'));
    await untilForgotten(orderId);
    await expectLost(orderId);
  });

  test('without isolation a message that fails takes those beside it along (this test can fail)', async () => {
    const { poison, retried } = await poisonBesideConfirmations(off('isolation'));
    await eventually(() => expect(retried.size).toBeGreaterThan(1));
    expect(retried).toContain(poison);
  });

  test('without the inbox messages that come twice are handled twice (this test can fail)', async () => {
    await system.restart('inventory', off('inbox'));
    const { orderId } = await orderWithDuplicates();
    const twice = { orderId, service: 'inventory', told: expect.any(Number), due: 2 };
    await eventually(async () => expect(await miscounts(system)).toContainEqual(twice));
  });
});

test('only the build for these tests can be made to crash, or to do without a mechanism', () => {
  const switches = (build: string) =>
    /COMPTOIR_(FAILPOINT|SWITCHED_OFF)/.test(readFileSync(join(ROOT, 'libs/messaging', build, 'failpoint.js'), 'utf8'));
  expect([switches('dist'), switches('dist-failpoints')]).toEqual([false, true]);
});

/** No message and no saga knows of the order any more: nothing can bring it to an end. */
async function untilForgotten(orderId: string): Promise<void> {
  await eventually(async () => {
    expect(await system.rows('orders', 'SELECT id FROM messaging.outbox')).toEqual([]);
    expect(await broker.depth('orchestrator.order-fulfilment')).toBe(0);
  });
  expect(await system.rows('orchestrator', 'SELECT 1 FROM saga.instance WHERE conversation = $1', [orderId])).toEqual(
    [],
  );
}

async function expectLost(orderId: string): Promise<void> {
  expect((await shop.order(orderId)).status).toBe('PENDING');
  const violations = await system.violations({ waitMs: 0 });
  expect(violations).toContainEqual(
    expect.objectContaining({
      invariant: 'every-order-one-ended-saga',
      examples: expect.arrayContaining([`order ${orderId} (PENDING) has no saga`]),
    }),
  );
}

/** An order all of whose messages come once more, at once or later. */
async function orderWithDuplicates(): Promise<Placed> {
  const duplicator = await system.broker();
  try {
    const duplicates = await duplicateAll(duplicator, EXCHANGES, () => Math.random() * 200);
    const { orderId } = await shop.place([{ sku: 'CUP', quantity: 2 }]);
    const order = await shop.ended(orderId);
    await duplicates.done();
    return order;
  } finally {
    await duplicator.close();
  }
}

/** A ConfirmOrder for no order, which throws, in one batch with those of five orders. */
async function poisonBesideConfirmations(
  env: NextLife = {},
): Promise<{ poison: string; retried: Set<string>; orders: readonly string[] }> {
  const retried = new Set<string>();
  await tap(broker, ['retry.1s'], ({ properties }) => retried.add(String(properties.messageId)));
  const held = await hold(broker, 'orders.confirm-order');
  const place = async () => (await shop.place([{ sku: 'CUP', quantity: 1 }])).orderId;
  const before = [await place(), await place(), await place()];
  await held.until(3);
  const total = { amount: 695, currency: 'GBP' };
  const poison = await broker.send(
    ConfirmOrder({ orderId: uuidv7(), lines: [{ sku: 'CUP', quantity: 1, unitPrice: 695 }], total }),
  );
  const after = [await place(), await place()];
  await held.until(6);
  await system.kill('orders');
  await held.release('at once');
  await system.revive('orders', env).ready();
  return { poison, retried, orders: [...before, ...after] };
}
