import { randomInt } from 'node:crypto';
import { StockRejected, StockReserved } from '@comptoir/contracts/inventory';
import { OrderPlaced, ConfirmOrder, ORDER_FULFILMENT } from '@comptoir/contracts/orders';
import { eventually } from '@comptoir/testing';
import { v7 as uuidv7 } from 'uuid';
import { EXCHANGES, type Broker } from './harness/broker';
import { shuffle, type Shuffled } from './harness/detour';
import { placeMany } from './harness/load';
import { ask } from './harness/rest';
import type { Shop } from './harness/shop';
import type { System } from './harness/system';
import { duplicateAll } from './harness/tap';
import { ORDER_SERVICES } from '../tools/services';
import { bindingsOf } from './harness/topology';
import { miscounts } from './harness/told-once';
import { useSystem } from './harness/use-system';

const started = useSystem({ name: 'deliveries', replicas: { inventory: 2 } });
const ORDERS = process.env['COMPTOIR_CHAOS'] === 'exhaustive' ? 600 : 90;
let shop: Shop;
let system: System;
let broker: Broker;

beforeAll(async () => {
  shop = started();
  system = shop.system;
  broker = await system.broker();
});

async function expectAllWell(options: { expectedDead?: Record<string, number> } = {}): Promise<void> {
  await system.untilAllEnded();
  expect(await system.violations(options)).toEqual([]);
  expect(await miscounts(system)).toEqual([]);
}

test('every message comes twice, the second time early or late: all is done once', async () => {
  const duplicator = await system.broker();
  const duplicates = await duplicateAll(duplicator, EXCHANGES, () => randomInt(400));
  await placeMany(shop, ORDERS);
  await system.untilAllEnded();
  await duplicates.done();
  expect(duplicates.count).toBeGreaterThan(ORDERS * 6);
  await duplicator.close();
  await expectAllWell();
}, 300_000);

test('messages come in any order, some of them twice, while prices change: all orders end, the last prices count', async () => {
  const queues = bindingsOf(ORDER_SERVICES);
  const shuffled: Shuffled[] = [];
  for (const [queue, bindings] of queues) shuffled.push(await shuffle(await system.broker(), queue, bindings));
  const orders = placeMany(shop, ORDERS);
  for (let price = 101; price <= 130; price++) {
    const product = { sku: 'CANDLE', name: 'Candle', currency: 'GBP', price };
    await ask('POST', `${system.url('catalog')}/products`, { body: { products: [product] } });
  }
  await orders;
  await system.untilAllEnded();
  for (const each of shuffled) await each.stop();
  await shop.untilOffersAreKnown();
  expect(await system.rows('carts', `SELECT prices::int[] FROM carts.offer WHERE sku = 'CANDLE'`)).toEqual([
    { prices: [130] },
  ]);
  await expectAllWell();
}, 300_000);

test('messages that nobody should have sent, beside good ones: kept with the reason, or without effect', async () => {
  const orderId = uuidv7();
  const [line] = [{ sku: 'TEAPOT', quantity: 1 }];
  const flow = { flow: ORDER_FULFILMENT };
  const good = placeMany(shop, 30);
  for (let nth = 0; nth < 3; nth++) {
    // Answers to no saga; a contract that is broken; a type that the queue does not take.
    await broker.send(StockReserved({ orderId, lines: [line!] }, { ...flow, correlationId: orderId }));
    await broker.send(StockRejected({ orderId, reason: 'void', shortages: [] }, { ...flow, correlationId: 'no id' }));
    await broker.send(OrderPlaced({ orderId, cartId: orderId, customerId: 'x', paymentToken: 'x' }, flow), {
      body: '{}',
    });
    await broker.send(ConfirmOrder({ orderId, lines: [], total: { amount: 1, currency: 'GBP' } }), { body: '[]' });
  }
  const placed = await good;
  await system.untilAllEnded();
  const statuses = await system.rows<{ status: string }>(
    'orders',
    'SELECT status FROM orders.customer_order WHERE order_id = ANY($1)',
    [placed],
  );
  expect(statuses).toHaveLength(placed.length);
  const expectedDead = { 'orchestrator.order-fulfilment': 3, 'orders.confirm-order': 3 };
  await eventually(async () => expect(await broker.depth('orders.confirm-order.dead')).toBe(3));
  await expectAllWell({ expectedDead });
});
