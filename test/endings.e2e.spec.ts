import { ask } from './harness/rest';
import { Shop } from './harness/shop';
import { System } from './harness/system';

let system: System;
let shop: Shop;

beforeAll(async () => {
  system = await System.start({ name: 'endings' });
  shop = new Shop(system);
  await shop.open();
});
afterAll(() => system?.stop());

test('an order', async () => {
  const placed = await shop.place([{ sku: 'TEAPOT', quantity: 1 }], { waitSeconds: 20 });
  expect(placed.status).toBe('COMPLETED');
  const answer = await ask('GET', `${system.url('orchestrator')}/sagas/${placed.orderId}`);
  console.log(JSON.stringify(answer.body, null, 1));
});
