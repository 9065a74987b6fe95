import type { Money } from '@comptoir/contracts';
import { ClaimRefundFailed, ClaimSettled } from '@comptoir/contracts/claims';
import type { Claim } from './claim';

/** How a refund ended, as its peers say. */
export type RefundEnd =
  | { readonly kind: 'issued'; readonly amount: Money }
  | { readonly kind: 'failed'; readonly reason: string };

/**
 * What the end of a refund means for its claim: settled, or under treatment again. Nothing for a refund the claim knows
 * nothing of, and for an end that is said again. Money that was paid out is recorded whatever had been heard before.
 */
export const settle = (refundId: string, end: RefundEnd) => (claim: Claim) => {
  const refund = claim.status === 'NONE' ? undefined : claim.refunds.find((each) => each.refundId === refundId);
  if (claim.status === 'NONE' || !refund) return [];
  const { claimId } = claim;
  switch (end.kind) {
    case 'issued':
      return refund.state === 'issued' ? [] : ClaimSettled({ claimId, refundId, amount: end.amount });
    case 'failed':
      return refund.state === 'requested' ? ClaimRefundFailed({ claimId, refundId, reason: end.reason }) : [];
  }
};
