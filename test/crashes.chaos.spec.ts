import { crashAll, EVERY_CRASH } from './harness/fail-points';
import { load, type Load } from './harness/load';
import { miscounts } from './harness/told-once';
import { useSystem } from './harness/use-system';

const shop = useSystem({ name: 'crashes' });
let orders: Load | undefined;
afterEach(() => orders?.stop());

test('every service is killed at every point of its work, under load: each order is placed once and ends, and all adds up', async () => {
  const { system } = shop();
  const t0 = Date.now();
  orders = load(shop());
  await crashAll(system, EVERY_CRASH);
  console.log('crashed', EVERY_CRASH.length, Date.now() - t0, orders.placed.length);
  await orders.stop();
  await system.untilAllEnded();
  console.log('ended', Date.now() - t0, orders.placed.length);
  expect(await system.violations()).toEqual([]);
  expect(await miscounts(system)).toEqual([]);
  const kept = await system.rows<{ id: string }>('orders', 'SELECT order_id AS id FROM orders.customer_order ORDER BY order_id');
  expect(kept.map(({ id }) => id)).toEqual([...orders.placed].sort());
  console.log('checked', Date.now() - t0);
}, 240_000);
