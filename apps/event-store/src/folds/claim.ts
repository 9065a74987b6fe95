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
  type RefundLine,
} from '@comptoir/contracts/claims';
import { fold } from './fold';

interface Claim {
  readonly status: 'none' | 'opened' | 'assigned' | 'under-treatment' | 'approved' | 'refund-requested' | 'rejected' | 'settled';
  readonly verification: 'unverified' | 'verified' | 'failed';
  readonly orderId?: string;
  readonly customerId?: string;
  readonly reason?: string;
  readonly lines?: readonly ClaimLine[];
  readonly assignee?: string;
  readonly refund?: {
    readonly refundId: string;
    readonly lines?: readonly RefundLine[];
    readonly total?: Money;
    readonly paid?: Money;
    readonly failed?: string;
  };
}

export const claim = fold('claim', { status: 'none', verification: 'unverified' } as Claim, (on) => [
  on(ClaimOpened, (state, { orderId, customerId, reason, lines }) => ({ ...state, status: 'opened', orderId, customerId, reason, lines })),
  on(ClaimVerified, (state) => ({ ...state, verification: 'verified' })),
  on(ClaimVerificationFailed, (state) => ({ ...state, verification: 'failed' })),
  on(ClaimAssigned, (state, { assignee }) => ({ ...state, status: 'assigned', assignee })),
  on(TreatmentStarted, (state, { assignee }) => ({ ...state, status: 'under-treatment', assignee })),
  on(ClaimApproved, (state, { refundId, lines, total }) => ({ ...state, status: 'approved', refund: { refundId, lines, total } })),
  on(RefundRequested, (state, { refundId, lines, total }) => ({ ...state, status: 'refund-requested', refund: { refundId, lines, total } })),
  on(ClaimRejected, (state) => ({ ...state, status: 'rejected' })),
  on(ClaimSettled, (state, { refundId, amount }) => ({ ...state, status: 'settled', refund: { ...state.refund, refundId, paid: amount } })),
  on(ClaimRefundFailed, (state, { refundId, reason }) => ({ ...state, status: 'under-treatment', refund: { ...state.refund, refundId, failed: reason } })),
]);
