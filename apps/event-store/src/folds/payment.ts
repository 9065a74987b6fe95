import {
  PaymentDeclined,
  PaymentProcessed,
  PaymentRefunded,
  RefundCalculated,
  RefundFailed,
  RefundHoldReleased,
  RefundIssued,
  RefundRefused,
  StrayCaptureRefunded,
} from '@comptoir/contracts/payments';
import { fold } from './fold';

interface Payment {
  readonly status: 'none' | 'captured' | 'declined' | 'refunded';
  /** Minor units ever captured, and given back of it. */
  readonly captured: number;
  readonly refunded: number;
  readonly currency?: string | null;
  readonly reason?: string;
  /** Of claims. */
  readonly refunds: Readonly<Record<string, { readonly status: 'held' | 'refused' | 'released' | 'issued' | 'failed'; readonly amount: number }>>;
}

const settle = (state: Payment, refundId: string, status: Payment['refunds'][string]['status'], amount?: number): Payment => ({
  ...state,
  refunds: { ...state.refunds, [refundId]: { status, amount: amount ?? state.refunds[refundId]?.amount ?? 0 } },
});

/** An amount is counted once, however often its outcome is said again. */
const issue = (state: Payment, refundId: string, amount: number): Payment =>
  state.refunds[refundId]?.status === 'issued'
    ? state
    : settle({ ...state, refunded: state.refunded + amount }, refundId, 'issued', amount);

export const payment = fold('payment', { status: 'none', captured: 0, refunded: 0, refunds: {} } as Payment, (on) => [
  on(PaymentProcessed, (state, { amount }) => ({ ...state, status: 'captured', captured: amount.amount, currency: amount.currency })),
  on(PaymentDeclined, (state, { reason }) => (state.status === 'none' ? { ...state, status: 'declined', reason } : state)),
  on(PaymentRefunded, (state, { refunded, currency }) => ({ ...state, status: 'refunded', refunded, currency })),
  on(StrayCaptureRefunded, (state, { amount }) => ({ ...state, captured: amount.amount, refunded: amount.amount, currency: amount.currency })),
  on(RefundCalculated, (state, { refundId, amount }) => settle(state, refundId, 'held', amount.amount)),
  on(RefundRefused, (state, { refundId }) => settle(state, refundId, 'refused')),
  on(RefundHoldReleased, (state, { refundId }) => settle(state, refundId, 'released')),
  on(RefundIssued, (state, { refundId, amount }) => issue(state, refundId, amount.amount)),
  on(RefundFailed, (state, { refundId }) => settle(state, refundId, 'failed')),
]);
