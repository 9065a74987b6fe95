import {
  ClaimApproved,
  ClaimAssigned,
  ClaimOpened,
  ClaimRejected,
  RefundRequested,
  TreatmentStarted,
  type ClaimReason,
} from '@comptoir/contracts/claims';
import type { z } from 'zod';
import type { Claim, ClaimStatus, FiledClaim } from './claim';
import { compare, type Claimed, type OrderAnswer } from './compare';
import { refundOf, type Granted } from './refund-lines';
import { ClaimRefused } from './refusal';

export interface Complaint extends Claimed {
  readonly reason: z.infer<typeof ClaimReason>;
  readonly description: string;
}

/** What orders said, or that it could not be asked. */
export type OrderLookup = OrderAnswer | { readonly kind: 'away' };

/**
 * A new claim, compared with its order at once where that is known. Refused where it does not fit the order; taken
 * unverified where orders could not be asked.
 */
export const open = (complaint: Complaint, lookup: OrderLookup) => () => {
  const opened = ClaimOpened({ ...complaint, lines: [...complaint.lines] });
  if (lookup.kind === 'away') return [opened];
  const compared = compare(complaint, lookup);
  if ('order' in compared.body) return [opened, compared];
  const { reason, detail } = compared.body;
  throw new ClaimRefused('claim-does-not-fit-order', detail, { reason });
};

/** What became of a claim that was taken unverified. Nothing, where that is known already or does not matter any more. */
export const verify = (answer: OrderAnswer) => (claim: Claim) =>
  claim.status === 'NONE' || claim.status === 'REJECTED' || claim.verification.state !== 'unverified' ? [] : compare(claim, answer);

/** Whoever is to look after it; again and to somebody else until it is resolved. */
export const assign = (assignee: string) => (before: Claim) => {
  const claim = inStatus(before, 'assigned', ['OPENED', 'ASSIGNED', 'UNDER_TREATMENT']);
  if (claim.assignee === assignee) return [];
  return ClaimAssigned({ claimId: claim.claimId, assignee });
};

export const startTreatment = () => (before: Claim) => {
  const { claimId, assignee } = inStatus(before, 'treated', ['ASSIGNED']);
  return TreatmentStarted({ claimId, assignee: assignee ?? '' });
};

/** Resolved: these lines are to be given back, by a refund of this id. */
export const approve = (granted: readonly Granted[], refundId: string) => (before: Claim) => {
  const claim = inStatus(before, 'approved', ['UNDER_TREATMENT']);
  const { claimId, orderId, customerId } = claim;
  const { lines, total } = refundOf(granted, verifiedOrder(claim));
  return [ClaimApproved({ claimId, refundId, lines, total }), RefundRequested({ claimId, refundId, orderId, customerId, lines, total })];
};

/** Resolved: nothing is given back. */
export const reject = (reason: string) => (before: Claim) => {
  const { claimId, orderId, customerId } = inStatus(before, 'rejected', ['UNDER_TREATMENT']);
  return ClaimRejected({ claimId, orderId, customerId, reason });
};

function inStatus(claim: Claim, done: string, allowed: readonly ClaimStatus[]): FiledClaim {
  if (claim.status === 'NONE') throw new ClaimRefused('claim-not-found', 'There is no such claim');
  if (allowed.includes(claim.status)) return claim;
  const { status } = claim;
  const message = `A claim that is ${status} cannot be ${done}; it must be ${allowed.join(' or ')}`;
  throw new ClaimRefused('wrong-status', message, { claimStatus: status, allowed });
}

function verifiedOrder({ verification }: FiledClaim) {
  switch (verification.state) {
    case 'verified':
      return verification.order;
    case 'unverified':
      throw new ClaimRefused(
        'claim-not-verified',
        'The order could not be asked for yet. That is tried again by itself: ' +
          'read the claim, and approve it once its verification is verified',
      );
    case 'failed':
      throw new ClaimRefused('claim-verification-failed', `${verification.detail}. The claim can only be rejected`, {
        reason: verification.reason,
      });
  }
}
