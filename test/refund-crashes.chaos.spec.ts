import { SERVICES } from '../tools/services';
import { expectAllWell } from './harness/all-well';
import { crashAll, EVERY_REFUND_CRASH, SOME_REFUND_CRASHES, type Doom } from './harness/fail-points';
import { placeMany } from './harness/load';
import { untilAllIsLogged } from './harness/logged';
import { ReadSide } from './harness/read-side';
import { rebuilding, refundLoad } from './harness/refund-load';
import { refundMiscounts } from './harness/refunds-told-once';
import type { Shop } from './harness/shop';
import { useSystem } from './harness/use-system';

/** Every refund that takes a moment longer is closed by its deadline: a race of its own, all the time. */
const HASTY = { claims: { CLAIMS_REFUND_DEADLINE_MS: '150', ORDERS_BREAKER_RESET_MS: '100' }, notifications: { NOTIFICATIONS_TIMEOUT_MS: '300' } };
const REBUILT = ['refunds', 'claims', 'sales', 'orders', 'outcomes', 'conversations'];

const shop = useSystem({ name: 'refund-crashes', only: SERVICES, envOf: HASTY });
const running: { stop(): Promise<void> }[] = [];
afterEach(async () => {
  await shop().system.reviveAll();
  for (const each of running.splice(0)) await each.stop();
}, 120_000);

/** Claims are filed and refunds asked for all the time, and views built anew, while `crash` happens; then everything must add up. */
async function underLoad(shop: Shop, crash: () => Promise<void>): Promise<void> {
  const { system } = shop;
  const load = refundLoad(shop);
  running.push(load, rebuilding(shop, REBUILT));
  await crash();
  for (const each of running) await each.stop();
  await system.untilAllEnded();
  await expectAllWell(shop);
  expect(await new ReadSide(shop).differences()).toEqual([]);
  const text = 'SELECT claim_id::text AS id FROM claims.claim WHERE claim_id = ANY ($1::uuid[])';
  expect(await system.rows('claims', text, [load.filed])).toHaveLength(load.filed.length);
}

/** More events than a projector takes at a time: only then is there a rebuild that is not done at once. */
async function fillTheLog(shop: Shop): Promise<void> {
  const { head } = await new ReadSide(shop).get<{ head: number }>('/projections');
  if (head < 700) await placeMany(shop, Math.ceil((700 - head) / 5));
}

if (process.env['COMPTOIR_CHAOS'] === 'exhaustive') {
  beforeAll(() => fillTheLog(shop()), 120_000);

  test('every service is killed at every point of its part in refunds, all at the same time: each refund ends once', async () => {
    await underLoad(shop(), () => crashAll(shop().system, EVERY_REFUND_CRASH));
  }, 600_000);

  /** Claims are only verified afterwards where orders was away when they came. */
  const outages: readonly Doom[] = (['before-commit', 'after-commit', 'after-publish'] as const).map((point) => ({
    service: 'orders',
    crash: `${point}:orders.place-order:1`,
  }));

  test.each(EVERY_REFUND_CRASH)(
    'killed at $crash: each refund ends once, and all adds up',
    async (doom) => {
      const others = doom.crash.includes('claims.verification') ? outages : [];
      await underLoad(shop(), () => crashAll(shop().system, [doom, ...others]));
    },
    180_000,
  );

  describe.each(['inbox', 'outbox', 'late-ack'])('without the %s', (mechanism) => {
    const broken = useSystem({ name: `refund-crashes-without-${mechanism}`, only: SERVICES, env: { COMPTOIR_SWITCHED_OFF: mechanism }, envOf: HASTY });

    test('the same crashes do harm to refunds (this test can fail)', async () => {
      const { system } = broken();
      const load = refundLoad(broken(), { patienceMs: 5_000 });
      running.push(load);
      await crashAll(system, SOME_REFUND_CRASHES.filter(({ service }) => service !== 'views'));
      await load.stop();
      const violations = await system.violations({ waitMs: 15_000 });
      // What was lost is not in the log; what was handled twice is there twice.
      const wrong = [...violations, ...(await refundMiscounts(system)), ...(await unlogged(broken()))];
      expect(wrong).not.toEqual([]);
    }, 300_000);
  });
} else {
  test('services are killed in the middle of refunds, again and again: each refund ends once, and all adds up', async () => {
    await underLoad(shop(), () => crashAll(shop().system, SOME_REFUND_CRASHES));
  }, 240_000);
}

const unlogged = (shop: Shop): Promise<readonly string[]> =>
  untilAllIsLogged(shop.system).then(
    () => [],
    (error: unknown) => [String(error)],
  );
