import { SERVICES } from '../tools/services';
import { expectAllWell } from './harness/all-well';
import { crashAll, EVERY_REFUND_CRASH, SOME_REFUND_CRASHES, type Doom } from './harness/fail-points';
import { placeMany } from './harness/load';
import { ReadSide } from './harness/read-side';
import { outages, rebuilding, refundLoad } from './harness/refund-load';
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

/** Claims are filed and refunds asked for all the time, and views built anew, while the crashes happen; then everything must add up. */
async function underLoad(shop: Shop, dooms: readonly Doom[], withinMs?: number): Promise<void> {
  const { system } = shop;
  const load = refundLoad(shop);
  running.push(load, rebuilding(shop, REBUILT));
  if (dooms.some(({ crash }) => crash.includes(':claims.verification:'))) running.push(outages(shop));
  await crashAll(system, dooms, withinMs);
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
    // A refund's last parts come to work only when the first ones do not die any more.
    await underLoad(shop(), EVERY_REFUND_CRASH, 300_000);
  }, 600_000);

  test.each(EVERY_REFUND_CRASH)(
    'killed at $crash: each refund ends once, and all adds up',
    (doom) => underLoad(shop(), [doom]),
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
      const ofRefunds = violations.filter(({ invariant }) => /refund|return|claim/.test(invariant));
      const wrong = [...ofRefunds, ...(await refundMiscounts(system))];
      expect(wrong).not.toEqual([]);
    }, 300_000);
  });
} else {
  test('services are killed in the middle of refunds, again and again: each refund ends once, and all adds up', async () => {
    await underLoad(shop(), SOME_REFUND_CRASHES);
  }, 240_000);
}
