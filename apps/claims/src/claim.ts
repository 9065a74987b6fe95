import type { Money } from '@comptoir/contracts';
import {
  ClaimApproved,
  ClaimAssigned,
  ClaimOpened,
  ClaimRefundFailed,
  ClaimRejected,
  ClaimSettled,
  ClaimVerificationFailed,
  ClaimVerified,
  RefundRequested,
  TreatmentStarted,
  type ClaimLine,
  type OrderContext,
  type RefundLine,
} from '@comptoir/contracts/claims';
import { aggregate, eventTypes, type Happened } from '@comptoir/event-store';

/** All that can happen to a claim, in the order in which it usually does. */
export const CLAIM_EVENTS = [
  ClaimOpened,
  ClaimVerified,
  ClaimVerificationFailed,
  ClaimAssigned,
  TreatmentStarted,
  ClaimApproved,
  ClaimRejected,
  RefundRequested,
  ClaimSettled,
  ClaimRefundFailed,
] as const;
export type ClaimEvent = (typeof CLAIM_EVENTS)[number];
export type ClaimHappened = Happened<ClaimEvent>;

export const CLAIM_STATUSES = ['OPENED', 'ASSIGNED', 'UNDER_TREATMENT', 'APPROVED', 'REJECTED', 'SETTLED'] as const;
export type ClaimStatus = (typeof CLAIM_STATUSES)[number];

/** What is known of the order: nothing yet, what its owner said, or that what it said does not fit the claim. */
export type Verification =
  | { readonly state: 'unverified' }
  | { readonly state: 'verified'; readonly order: OrderContext }
  | { readonly state: 'failed'; readonly reason: string; readonly detail: string };

/** One attempt to give money back. */
export interface Refund {
  readonly refundId: string;
  readonly lines: readonly RefundLine[];
  readonly total: Money;
  readonly state: 'requested' | 'issued' | 'failed';
  readonly reason: string | null;
}

/** No event yet. */
interface NoClaim {
  readonly status: 'NONE';
  readonly version: 0;
}

export interface FiledClaim {
  readonly status: ClaimStatus;
  readonly claimId: string;
  readonly version: number;
  readonly orderId: string;
  readonly customerId: string;
  readonly reason: string;
  readonly description: string;
  readonly lines: readonly ClaimLine[];
  readonly verification: Verification;
  readonly assignee: string | null;
  /** Oldest first; only the last one may be under way. */
  readonly refunds: readonly Refund[];
  /** Why nothing is given back. */
  readonly rejection: string | null;
  readonly openedAt: string;
  readonly changedAt: string;
}

export type Claim = NoClaim | FiledClaim;

/** A claim's stream is `claim-<claimId>`, in the store as on the wire. */
export const claim = aggregate({
  name: 'claim',
  events: eventTypes(...CLAIM_EVENTS),
  initial: { status: 'NONE', version: 0 } as Claim,
  // A claim has about seven; one that is handed from desk to desk may have any number.
  snapshotEvery: 100,
  evolve(before, event): Claim {
    if (event.type === 'claims.claim-opened') return opened(event);
    return before.status === 'NONE' ? before : { ...changed(before, event), ...stampOf(event) };
  },
});

const stampOf = ({ version, recordedAt }: ClaimHappened) => ({ version, changedAt: recordedAt.toISOString() });

const opened = (event: Happened<typeof ClaimOpened>): FiledClaim => ({
  ...event.data,
  ...stampOf(event),
  status: 'OPENED',
  verification: { state: 'unverified' },
  assignee: null,
  refunds: [],
  rejection: null,
  openedAt: event.recordedAt.toISOString(),
});

function changed(before: FiledClaim, { type, data }: Exclude<ClaimHappened, { type: 'claims.claim-opened' }>): FiledClaim {
  switch (type) {
    case 'claims.claim-verified':
      return { ...before, verification: { state: 'verified', order: data.order } };
    case 'claims.claim-verification-failed':
      return { ...before, verification: { state: 'failed', reason: data.reason, detail: data.detail } };
    case 'claims.claim-assigned':
      return { ...before, status: 'ASSIGNED', assignee: data.assignee };
    case 'claims.treatment-started':
      return { ...before, status: 'UNDER_TREATMENT', assignee: data.assignee };
    case 'claims.claim-approved':
      return { ...before, status: 'APPROVED' };
    case 'claims.claim-rejected':
      return { ...before, status: 'REJECTED', rejection: data.reason };
    case 'claims.refund-requested': {
      const { refundId, lines, total } = data;
      return { ...before, refunds: [...before.refunds, { refundId, lines, total, state: 'requested', reason: null }] };
    }
    case 'claims.claim-settled':
      return { ...before, status: 'SETTLED', refunds: ended(before, data.refundId, 'issued', null) };
    case 'claims.refund-failed':
      return {
        ...before,
        status: before.refunds.at(-1)?.refundId === data.refundId && before.status === 'APPROVED' ? 'UNDER_TREATMENT' : before.status,
        refunds: ended(before, data.refundId, 'failed', data.reason),
      };
  }
}

const ended = ({ refunds }: FiledClaim, refundId: string, state: 'issued' | 'failed', reason: string | null): readonly Refund[] =>
  refunds.map((each) => (each.refundId === refundId ? { ...each, state, reason } : each));
