import type { Money } from '@comptoir/contracts';
import type { RefundLine } from '@comptoir/contracts/claims';
import type { ChargeRefund } from '../gateway/charge';
import type { PaymentState } from '../payment';
import { PayoutUnderWay, RefundDoesNotAddUp, UndoAfterPayout } from './errors';
import type { Refund, RefundIds, Refusal } from './refund';

/** The money of an order's payment. Where it is captured: captured >= refunded + held, always. */
export interface Account {
  readonly orderId: string;
  readonly state: PaymentState;
  /** Minor units. */
  readonly captured: number;
  readonly refunded: number;
  /** Promised to refunds that have not ended. */
  readonly held: number;
  readonly currency: string | null;
}

/** What is known of a refund, and of its order's money. Both are locked. */
export interface Entry {
  readonly account: Account | undefined;
  readonly refund: Refund | undefined;
}

/** The same after a rule: there is a refund now. What has not changed is the same object. */
export interface Settled extends Entry {
  readonly refund: Refund;
}

export interface Requested extends RefundIds {
  readonly customerId: string;
  readonly lines: readonly RefundLine[];
  readonly total: Money;
}

/** The gateway's answer to a payout; absent where it was not asked. */
export type Payout = Pick<ChargeRefund, 'status' | 'reason'> | undefined;

/** What is known must be learned again before it can be decided: another message was quicker. */
export const LOOK_AGAIN = 'look-again';

/** RefundRequested: holds the amount, if that much is left of what was captured. */
export function hold(entry: Entry, request: Requested): Settled {
  const { account, refund } = entry;
  if (refund) return { account, refund };
  const { refundId, claimId, orderId, customerId, lines, total } = request;
  const sum = lines.reduce((all, { amount }) => all + amount, 0);
  if (sum !== total.amount) throw new RefundDoesNotAddUp({ refundId, total: total.amount, lines: sum });
  const base = { refundId, claimId, orderId, customerId, lines, ...total };
  const refusal = refusalOf(account, total);
  if (refusal) return { account, refund: { ...base, state: 'refused', ...refusal } };
  return {
    account: account && { ...account, held: account.held + total.amount },
    refund: { ...base, state: 'held', reason: null, detail: null },
  };
}

/** `undefined`: it may be held. */
function refusalOf(account: Account | undefined, { amount, currency }: Money): { reason: Refusal; detail: string } | undefined {
  if (!account || (account.state !== 'captured' && account.state !== 'refunded'))
    return { reason: 'nothing-captured', detail: `the order’s payment is ${account?.state ?? 'missing'}` };
  if (currency !== account.currency)
    return { reason: 'other-currency', detail: `${currency} asked, ${account.currency} captured` };
  const left = Math.max(0, account.captured - account.refunded - account.held);
  if (amount > left || account.state === 'refunded')
    return { reason: 'more-than-left', detail: `${amount} ${currency} asked, ${left} of ${account.captured} left` };
  return undefined;
}

/** StockReturned: records what the gateway said to the payout. A refund that nobody requested is void from now on. */
export function payOut(entry: Entry, ids: RefundIds, payout: Payout): Settled | typeof LOOK_AGAIN {
  const { account, refund } = entry;
  if (!refund) return { account, refund: voided(ids, 'nothing was requested') };
  switch (refund.state) {
    case 'held':
      return LOOK_AGAIN;
    case 'paying':
      return payout ? recorded(account, refund, payout) : LOOK_AGAIN;
    case 'issued':
    case 'failed':
    case 'released':
    case 'refused':
    case 'void':
      return { account, refund };
  }
}

/**
 * CloseRefund: it has been paid out, or from now on it never will be. One that is being paid out is neither: the gateway is
 * asked for its answer under the same key. The hold of a failed refund goes when the flow's undoing has come back.
 */
export function close(entry: Entry, ids: RefundIds, reason: string, payout: Payout): Settled | typeof LOOK_AGAIN {
  const { account, refund } = entry;
  if (!refund) return { account, refund: voided(ids, reason) };
  if (refund.state === 'held') return { account, refund: { ...refund, state: 'failed', reason } };
  return payOut(entry, ids, payout);
}

/** ReturnRefused, ReturnReversed: what was held is free again. */
export function release(entry: Entry, ids: RefundIds, reason: string): Settled {
  const { account, refund } = entry;
  if (!refund) return { account, refund: voided(ids, reason) };
  switch (refund.state) {
    case 'held':
      return { account: freed(account, refund), refund: { ...refund, state: 'released', reason } };
    case 'failed':
      return { account: freed(account, refund), refund: { ...refund, state: 'released' } };
    case 'released':
    case 'refused':
    case 'void':
      return { account, refund };
    case 'paying':
      throw new PayoutUnderWay({ refundId: refund.refundId });
    case 'issued':
      throw new UndoAfterPayout({ refundId: refund.refundId });
  }
}

function recorded(account: Account | undefined, refund: Refund, { status, reason }: NonNullable<Payout>): Settled {
  if (status === 'refused') return { account, refund: { ...refund, state: 'failed', reason: reason ?? 'refused' } };
  const free = freed(account, refund);
  // Given back whole meanwhile: the gateway gave what this payout had left, and all of it is counted already.
  const counts = free?.state === 'captured';
  return { account: free && counts ? { ...free, refunded: free.refunded + refund.amount } : free, refund: { ...refund, state: 'issued' } };
}

const freed = (account: Account | undefined, { amount }: Refund) => account && { ...account, held: account.held - amount };

const voided = (ids: RefundIds, reason: string): Refund => ({
  refundId: ids.refundId,
  claimId: ids.claimId,
  orderId: ids.orderId,
  state: 'void',
  customerId: null,
  amount: 0,
  currency: null,
  lines: [],
  reason,
  detail: null,
});
