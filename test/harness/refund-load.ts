import { setTimeout as delay } from 'node:timers/promises';
import { eventually } from '@comptoir/testing';
import { ClaimNotTaken } from '../../tools/rest/claims-desk';
import { Claims, type GrantedLine } from './claims';
import type { Shop } from './shop';
import { untilStopped, type Ongoing } from './until-stopped';

/** What customers have bought when they complain. */
export const BOUGHT = [{ sku: 'TEAPOT', quantity: 2 }, { sku: 'CUP', quantity: 2 }];
const ALL: readonly GrantedLine[] = BOUGHT;
const PART: readonly GrantedLine[] = [{ sku: 'CUP', quantity: 1 }];
/** Little money for many goods: a second one finds money enough, and no goods. */
const GOODS: readonly GrantedLine[] = [{ sku: 'TEAPOT', quantity: 2, amount: 100 }];

/** An order, and the claims about it that are approved at the same time. */
interface Grievance {
  readonly token: string;
  readonly byPeers?: boolean;
  readonly claims: readonly (readonly GrantedLine[])[];
}

/** In turn: settled; more than is left; goods that are back already; payouts refused, and answered late; in both styles of order. */
const GRIEVANCES: readonly Grievance[] = [
  { token: 'tok_approve', claims: [PART] },
  { token: 'tok_approve', claims: [ALL, ALL] },
  { token: 'tok_no_refund', claims: [PART] },
  { token: 'tok_approve', claims: [GOODS, GOODS] },
  { token: 'tok_late_refund', claims: [PART], byPeers: true },
  { token: 'tok_approve', claims: [PART, PART, ALL] },
];

export interface RefundLoad extends Ongoing {
  /** Claims filed so far. */
  readonly filed: readonly string[];
}

export interface RefundLoadOptions {
  readonly atOnce?: number;
  /** How long customers and clerks wait for something that does not come, before they give up on it. */
  readonly patienceMs?: number;
}

/**
 * Orders, claims about them and refunds without end. Refunds that fail are rejected by the clerk, with the reason. Who gives up
 * on something goes on with the next: that it has not ended is for the invariants to tell.
 */
export function refundLoad(shop: Shop, { atOnce = 8, patienceMs = 60_000 }: RefundLoadOptions = {}): RefundLoad {
  const claims = new Claims(shop, patienceMs);
  const filed: string[] = [];
  let started = 0;

  const treat = async (orderId: string, lines: readonly GrantedLine[]) => {
    const claimId = await claims.file(orderId, lines);
    filed.push(claimId);
    await claims.approve(claimId, lines);
    const { status, refunds } = await claims.ended(claimId);
    if (status === 'UNDER_TREATMENT') await claims.reject(claimId, `Not refunded: ${refunds.at(-1)?.reason ?? ''}`.slice(0, 200));
  };
  const customer = async (goesOn: () => boolean) => {
    while (goesOn()) {
      const { token, byPeers, claims: wanted } = GRIEVANCES[started++ % GRIEVANCES.length]!;
      const { orderId } = await shop.place(BOUGHT, { token, waitSeconds: 2, coordination: byPeers ? 'choreography' : undefined });
      if (!(await completed(orderId))) continue;
      await Promise.all(wanted.map((lines) => treat(orderId, lines).catch(givenUp)));
    }
  };
  const completed = (orderId: string) =>
    eventually(async () => expect((await shop.order(orderId)).status).toBe('COMPLETED'), { timeoutMs: patienceMs }).then(() => true, () => false);
  const work = untilStopped(async (goesOn) => {
    await Promise.all(Array.from({ length: atOnce }, () => customer(goesOn)));
    await claims.close();
  });
  return { filed, stop: work.stop };
}

/** A clerk who finds the claim changed, or waits in vain, leaves it; anything else is a fault of the test. */
function givenUp(error: unknown): void {
  if (error instanceof ClaimNotTaken || /cannot be treated|toEqual/.test(String(error))) return;
  throw error;
}

/** Orders is killed again and again while claims are filed, until it is stopped: those are compared with their orders afterwards. */
export function outages(shop: Shop): Ongoing {
  const { system } = shop;
  const claims = new Claims(shop);
  return untilStopped(async (goesOn) => {
    const { orderId } = await shop.place(BOUGHT);
    await shop.ended(orderId);
    while (goesOn()) {
      await system.kill('orders');
      const filed = await Promise.all(Array.from({ length: 3 }, () => claims.file(orderId, PART)));
      await system.revive('orders').ready();
      await Promise.all(filed.map((claimId) => claims.reject(claimId, 'Nothing is wrong with it')));
    }
    await claims.close();
  });
}

/** Builds views anew, one after the other, until it is stopped. */
export const rebuilding = (shop: Shop, names: readonly string[]): Ongoing =>
  untilStopped(async (goesOn) => {
    for (let next = 0; goesOn(); next++) {
      await shop.ask('POST', 'views', `/projections/${names[next % names.length] ?? ''}/rebuild`);
      await delay(50);
    }
  });
