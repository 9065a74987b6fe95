import {
  ClaimApproved, ClaimAssigned, ClaimOpened, ClaimRefundFailed, ClaimRejected, ClaimSettled, ClaimVerificationFailed,
  ClaimVerified, TreatmentStarted, type ClaimLine,
} from '@comptoir/contracts/claims';
import { eventTypes, type Happened } from '@comptoir/event-store';
import { earliest, latest, setBy, type Versions } from '../rows/fold';

/** The board's columns, from left to right. */
export const CLAIM_STATUSES = ['OPENED', 'ASSIGNED', 'UNDER_TREATMENT', 'APPROVED', 'REJECTED', 'SETTLED'] as const;
export type ClaimStatus = (typeof CLAIM_STATUSES)[number];
export const VERIFICATIONS = ['unverified', 'verified', 'failed'] as const;

export interface ClaimRow {
  readonly claimId: string;
  readonly orderId: string | null;
  readonly customerId: string | null;
  readonly reason: string | null;
  readonly description: string | null;
  readonly lines: readonly ClaimLine[] | null;
  readonly status: ClaimStatus;
  readonly assignee: string | null;
  readonly verification: (typeof VERIFICATIONS)[number];
  readonly verificationDetail: string | null;
  /** Why it was rejected, or why its refund failed. */
  readonly resolution: string | null;
  readonly refundId: string | null;
  readonly refundAmount: number | null;
  readonly refundCurrency: string | null;
  readonly refundState: 'requested' | 'settled' | 'failed' | null;
  readonly openedAt: Date | null;
  /** For the first time. */
  readonly resolvedAt: Date | null;
  readonly settledAt: Date | null;
  readonly updatedAt: Date | null;
  readonly versions: Versions;
}

export const claimEvents = eventTypes(
  ClaimOpened, ClaimVerified, ClaimVerificationFailed, ClaimAssigned, TreatmentStarted, ClaimApproved, ClaimRejected,
  ClaimSettled, ClaimRefundFailed,
);
export type ClaimEvent = Happened<
  | typeof ClaimOpened | typeof ClaimVerified | typeof ClaimVerificationFailed | typeof ClaimAssigned | typeof TreatmentStarted
  | typeof ClaimApproved | typeof ClaimRejected | typeof ClaimSettled | typeof ClaimRefundFailed
>;

export const blankClaim = (claimId: string): ClaimRow => ({
  claimId, orderId: null, customerId: null, reason: null, description: null, lines: null, status: 'OPENED', assignee: null,
  verification: 'unverified', verificationDetail: null, resolution: null, refundId: null, refundAmount: null,
  refundCurrency: null, refundState: null, openedAt: null, resolvedAt: null, settledAt: null, updatedAt: null, versions: {},
});

export function foldClaim(before: ClaimRow, event: ClaimEvent): ClaimRow {
  const { type, data, occurredAt } = event;
  const row = { ...before, updatedAt: latest(before.updatedAt, occurredAt) };
  switch (type) {
    case 'claims.claim-opened': {
      const { orderId, customerId, reason, description, lines } = data;
      const opened = { ...row, orderId, customerId, reason, description, lines, openedAt: earliest(row.openedAt, occurredAt) };
      return setBy(opened, 'status', event, { status: 'OPENED' });
    }
    case 'claims.claim-verified':
      return setBy(row, 'verification', event, { verification: 'verified', verificationDetail: null });
    case 'claims.claim-verification-failed':
      return setBy(row, 'verification', event, { verification: 'failed', verificationDetail: `${data.reason}: ${data.detail}` });
    case 'claims.claim-assigned':
      return setBy(setBy(row, 'status', event, { status: 'ASSIGNED' }), 'assignee', event, { assignee: data.assignee });
    case 'claims.treatment-started':
      return setBy(setBy(row, 'status', event, { status: 'UNDER_TREATMENT' }), 'assignee', event, { assignee: data.assignee });
    case 'claims.claim-approved': {
      const { refundId, total } = data;
      const refund = { refundId, refundAmount: total.amount, refundCurrency: total.currency, refundState: 'requested' as const };
      const resolved = { ...row, resolvedAt: earliest(row.resolvedAt, occurredAt) };
      return setBy(setBy(resolved, 'status', event, { status: 'APPROVED', resolution: null }), 'refund', event, refund);
    }
    case 'claims.claim-rejected': {
      const resolved = { ...row, resolvedAt: earliest(row.resolvedAt, occurredAt) };
      return setBy(resolved, 'status', event, { status: 'REJECTED', resolution: data.reason });
    }
    case 'claims.claim-settled': {
      const { refundId, amount } = data;
      const settled = { ...row, settledAt: earliest(row.settledAt, occurredAt) };
      const refund = { refundId, refundAmount: amount.amount, refundCurrency: amount.currency, refundState: 'settled' as const };
      return setBy(setBy(settled, 'status', event, { status: 'SETTLED', resolution: null }), 'refund', event, refund);
    }
    case 'claims.refund-failed': {
      const failed = setBy(row, 'status', event, { status: 'UNDER_TREATMENT', resolution: data.reason });
      // No amount: nothing was paid, whatever had been approved.
      const refund = { refundId: data.refundId, refundAmount: null, refundCurrency: null, refundState: 'failed' as const };
      return setBy(failed, 'refund', event, refund);
    }
  }
}
