import { ORDER_SERVICES } from '../tools/services';
import { crashAll, crashAt, EVERY_CRASH, SOME_CRASHES } from './harness/fail-points';
import { load, repricing } from './harness/load';
import { untilAllIsLogged } from './harness/logged';
import type { Shop } from './harness/shop';
import { miscounts } from './harness/told-once';
import { useSystem } from './harness/use-system';

const WITH_THE_LOG = [...ORDER_SERVICES, 'event-store'] as const;
const shop = useSystem({ name: 'crashes', only: WITH_THE_LOG });
const running: { stop(): Promise<void> }[] = [];
afterEach(async () => {
  for (const each of running.splice(0)) await each.stop();
});

/** Orders come in all the time, and prices change, while `crash` happens; then everything must come to rest and add up. */
async function underLoad(shop: Shop, crash: () => Promise<void>): Promise<void> {
  const { system } = shop;
  const kept = async () =>
    (await system.rows<{ id: string }>('orders', 'SELECT order_id AS id FROM orders.customer_order')).map(
      ({ id }) => id,
    );
  const before = await kept();
  const orders = load(shop);
  running.push(orders, repricing(shop));
  await crash();
  for (const each of running) await each.stop();
  await system.untilAllEnded();
  await shop.untilOffersAreKnown();
  expect(await system.violations()).toEqual([]);
  expect(await miscounts(system)).toEqual([]);
  await untilAllIsLogged(system);
  expect((await kept()).sort()).toEqual([...before, ...orders.placed].sort());
}

if (process.env['COMPTOIR_CHAOS'] === 'exhaustive') {
  test('every service is killed at every point of its work, all at the same time: each order is placed once and ends', async () => {
    await underLoad(shop(), () => crashAll(shop().system, EVERY_CRASH));
  }, 400_000);

  test.each(EVERY_CRASH)(
    'killed at $crash: each order is placed once and ends, and all adds up',
    async ({ service, crash }) => {
      await underLoad(shop(), async () => {
        await crashAt(shop().system, service, crash);
        await shop().system.revive(service).ready();
      });
    },
    120_000,
  );

  describe.each(['inbox', 'outbox', 'relay', 'late-ack'])('without the %s', (mechanism) => {
    const broken = useSystem({ name: `crashes-without-${mechanism}`, only: WITH_THE_LOG, env: { COMPTOIR_SWITCHED_OFF: mechanism } });

    test('the same crashes do harm (this test can fail)', async () => {
      const { system } = broken();
      const orders = load(broken());
      running.push(orders);
      await crashAll(system, SOME_CRASHES);
      await orders.stop();
      const wrong = async () => [...(await system.violations({ waitMs: 15_000 })), ...(await miscounts(system))];
      expect(await wrong()).not.toEqual([]);
    }, 300_000);
  });
} else {
  test('services are killed in the middle of their work, again and again: each order is placed once and ends', async () => {
    await underLoad(shop(), () => crashAll(shop().system, SOME_CRASHES));
  }, 240_000);
}
