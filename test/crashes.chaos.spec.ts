import { crashAll, EVERY_CRASH } from './harness/fail-points';
import { load } from './harness/load';
import { Shop } from './harness/shop';
import { System } from './harness/system';
import { miscounts } from './harness/told-once';

let system: System;
let shop: Shop;

beforeAll(async () => {
  system = await System.start({ name: 'crashes' });
  shop = new Shop(system);
  await shop.open();
});
afterAll(() => system?.stop());

test('every service is killed at every point of its work, again and again, under load: all orders end, and everything adds up', async () => {
  const orders = load(shop);
  const t0 = Date.now();
  await crashAll(system, EVERY_CRASH);
  console.log('crashed', EVERY_CRASH.length, Date.now() - t0, orders.placed.length);
  await orders.stop();
  console.log('stopped', Date.now() - t0, orders.placed.length);
  await system.untilAllEnded();
  console.log('ended', Date.now() - t0);
  expect(await system.violations()).toEqual([]);
  expect(await miscounts(system)).toEqual([]);
  console.log('checked', Date.now() - t0);
}, 180_000);
