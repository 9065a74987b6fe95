import type { Money } from '@comptoir/contracts';
import type { RefundLine } from '@comptoir/contracts/claims';
import { RefundCalculated, RefundFailed, RefundHoldReleased, RefundIssued, RefundRefused } from '@comptoir/contracts/payments';
import { RefundIncomplete } from './errors';

/** Why a refund is refused from the start. */
export type Refusal = 'nothing-captured' | 'more-than-left' | 'other-currency' | 'void';

/**
 * held -> paying -> issued | failed; held -> failed, when it is closed; held | failed -> released, when the flow is undone.
 * `refused` and `void` are final: void is what an undo or a close leaves that comes before the request.
 * From `paying` on, which is committed before the gateway is asked, only the gateway's answer ends it.
 */
export type RefundState = 'held' | 'paying' | 'issued' | 'failed' | 'released' | 'refused' | 'void';

/** One attempt to give part of an order's payment back. */
export interface Refund {
  readonly refundId: string;
  readonly claimId: string;
  readonly orderId: string;
  readonly state: RefundState;
  /** Null where it was void before it was requested; so is the currency. */
  readonly customerId: string | null;
  /** Minor units asked for: held while the state is held, paying or failed. */
  readonly amount: number;
  readonly currency: string | null;
  readonly lines: readonly RefundLine[];
  readonly reason: string | null;
  readonly detail: string | null;
}

export type RefundIds = Pick<Refund, 'refundId' | 'claimId' | 'orderId'>;

const idsOf = ({ refundId, claimId, orderId }: Refund): RefundIds => ({ refundId, claimId, orderId });

/** The amount of a refund that was requested. */
export function moneyOf({ refundId, state, amount, currency }: Refund): Money {
  if (currency === null) throw new RefundIncomplete({ refundId, state });
  return { amount, currency };
}

/** The answer to RefundRequested: the recorded one, unless it no longer holds. A hold that is gone is not promised again. */
export function requestAnswer(refund: Refund) {
  switch (refund.state) {
    case 'held':
    case 'paying':
    case 'issued':
    case 'failed':
      return RefundCalculated({ ...idsOf(refund), lines: [...refund.lines], amount: moneyOf(refund) });
    case 'refused':
      return RefundRefused({ ...idsOf(refund), reason: refund.reason as Refusal, detail: refund.detail ?? '' });
    case 'released':
    case 'void':
      return RefundRefused({ ...idsOf(refund), reason: 'void', detail: refund.reason ?? '' });
  }
}

/** How a refund ended, to StockReturned and CloseRefund; `paying` has not. */
export function endAnswer(refund: Refund) {
  const { state, customerId } = refund;
  if (state !== 'issued') return RefundFailed({ ...idsOf(refund), reason: refund.reason ?? state });
  if (customerId === null) throw new RefundIncomplete({ refundId: refund.refundId, state });
  return RefundIssued({ ...idsOf(refund), customerId, amount: moneyOf(refund) });
}

/** The answer to the flow's undoing: what had been held is free. */
export const undoAnswer = (refund: Refund) =>
  RefundHoldReleased({ ...idsOf(refund), amount: refund.state === 'released' ? refund.amount : 0, reason: refund.reason ?? refund.state });

