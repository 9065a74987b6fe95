import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { eventually } from '@comptoir/testing';
import type { Item, Shop } from './shop';
import { untilStopped, type Ongoing } from './until-stopped';

/** An order and how its payment goes. */
interface Wish {
  readonly items: readonly Item[];
  readonly token: string;
  /** Somebody cancels it while it is on its way; mostly before its payment has come through. */
  readonly cancelled?: boolean;
  /** Its services lead it to its end by themselves; cancelled: its deadline passes. */
  readonly byPeers?: boolean;
}

const TEAPOT = { sku: 'TEAPOT', quantity: 1 };
/** In turn, in both styles: most go through; some are declined, some find no stock, some have a gateway that answers late. */
const WISHES: readonly Wish[] = [
  { items: [TEAPOT], token: 'tok_approve' },
  { items: [{ sku: 'CUP', quantity: 4 }, TEAPOT], token: 'tok_approve' },
  { items: [{ sku: 'TRAY', quantity: 2 }], token: 'tok_approve' },
  { items: [TEAPOT, { sku: 'CUP', quantity: 2 }], token: 'tok_decline' },
  { items: [{ sku: 'CUP', quantity: 1 }], token: 'tok_approve' },
  { items: [{ sku: 'KETTLE', quantity: 1 }], token: 'tok_approve' },
  { items: [TEAPOT], token: 'tok_decline_no_funds' },
  { items: [TEAPOT, { sku: 'TEAPOT', quantity: 2, unitPrice: 2195 }], token: 'tok_approve' },
  { items: [{ sku: 'CUP', quantity: 3 }], token: 'tok_late' },
  { items: [TEAPOT], token: 'tok_slow_250', cancelled: true },
  { items: [TEAPOT], token: 'tok_approve', byPeers: true },
  { items: [{ sku: 'CUP', quantity: 2 }, TEAPOT], token: 'tok_decline', byPeers: true },
  { items: [{ sku: 'KETTLE', quantity: 1 }], token: 'tok_approve', byPeers: true },
  { items: [{ sku: 'CUP', quantity: 1 }], token: 'tok_late', byPeers: true },
  { items: [TEAPOT], token: 'tok_slow_250', byPeers: true, cancelled: true },
];

export interface Load {
  /** Orders accepted so far. */
  readonly placed: readonly string[];
  /** Places no more; resolves when every request begun has been answered. */
  stop(): Promise<void>;
}

/**
 * Orders without end, so many at a time, each waited for a little while: customers who notice an outage only as a delay,
 * since they ask again under the same key until they are answered.
 */
export function load(
  shop: Shop,
  { atOnce = 24, limit = Infinity }: { atOnce?: number; limit?: number } = {},
): Load & { done: Promise<void> } {
  const placed: string[] = [];
  let started = 0;
  const customer = async (goesOn: () => boolean) => {
    while (goesOn() && started < limit) {
      const wish = WISHES[started++ % WISHES.length]!;
      placed.push(await order(shop, wish));
    }
  };
  const work = untilStopped(async (goesOn) => {
    await Promise.all(Array.from({ length: atOnce }, () => customer(goesOn)));
  });
  return { placed, ...work };
}

/** Places this many orders and waits until each was accepted. */
export async function placeMany(shop: Shop, limit: number, atOnce = 12): Promise<readonly string[]> {
  const { placed, done } = load(shop, { atOnce, limit });
  await done;
  return placed;
}

async function order(shop: Shop, { items, token, cancelled = false, byPeers = false }: Wish): Promise<string> {
  const { orderId } = await shop.place(items, {
    token,
    waitSeconds: cancelled ? undefined : 2,
    coordination: byPeers ? 'choreography' : undefined,
  });
  // The database may be away for a moment, as the services may be that others ask.
  const giveUp = () => eventually(() => shop.system.passCheckoutDeadline(orderId), { timeoutMs: 60_000 });
  if (cancelled) await (byPeers ? giveUp() : cancel(shop, orderId));
  return orderId;
}

/**
 * Asks until there is a saga to cancel. It may be too late for that: then it is refused. Where none comes the customer gives
 * up in the end: that an order has no saga is for the invariants to tell.
 */
async function cancel(shop: Shop, orderId: string): Promise<void> {
  const ask = { body: { actor: 'ada', reason: 'changed my mind' }, idempotencyKey: randomUUID() };
  const answered = async () => (await shop.ask('POST', 'orchestrator', `/sagas/${orderId}/cancel`, ask)).status;
  let status = await answered();
  for (const until = Date.now() + 30_000; status !== 200 && status !== 409 && Date.now() < until; status = await answered()) await delay(100);
  expect([200, 404, 409]).toContain(status);
}

/** Changes a price again and again, until it is stopped. */
export const repricing = (shop: Shop): Ongoing =>
  untilStopped(async (goesOn) => {
    for (let price = 100; goesOn(); price++) {
      const products = [{ sku: 'CANDLE', name: 'Candle', currency: 'GBP', price }];
      await shop.ask('POST', 'catalog', '/products', { body: { products }, idempotencyKey: randomUUID() });
      await delay(200);
    }
  });
