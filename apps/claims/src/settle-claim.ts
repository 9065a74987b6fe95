import { ClaimRefundFailed, ClaimSettled, REFUND, RefundRequested } from '@comptoir/contracts/claims';
import { CloseRefund, RefundHoldReleased, RefundIssued, RefundRefused } from '@comptoir/contracts/payments';
import { causedBy } from '@comptoir/event-store';
import type { Message, Outcome } from '@comptoir/messaging';
import { isOf, reaction } from '@comptoir/saga';
import { act } from './act';
import { settle, type RefundEnd } from './settlement';

type Ending = typeof RefundIssued | typeof RefundRefused | typeof RefundHoldReleased;

/**
 * RefundIssued -> ClaimSettled; RefundRefused, RefundHoldReleased -> ClaimRefundFailed: the claim is under treatment again.
 * The deadline is kept by `RefundDeadlines`.
 */
export const settleClaim = reaction(REFUND, {
  name: 'settle-claim',
  on: [RefundIssued, RefundRefused, RefundHoldReleased],
  waits: { since: RefundRequested, deadline: '10m', asks: CloseRefund },
  kind: 'retriable',
  emits: [ClaimSettled, ClaimRefundFailed],
  async batch(events: readonly Message<Ending>[], tx) {
    const acts = events.map((event) => {
      const { claimId, refundId } = event.body;
      return { claimId, decide: settle(refundId, endOf(event)), metadata: causedBy(event) };
    });
    const acted = await act(tx, acts);
    return acted.map((each) => (each.outcome === 'done' ? each.messages : []) as Outcome<typeof ClaimSettled | typeof ClaimRefundFailed>);
  },
});

function endOf(event: Message<Ending>): RefundEnd {
  if (isOf(event, RefundIssued)) return { kind: 'issued', amount: event.body.amount };
  if (isOf(event, RefundRefused)) return { kind: 'failed', reason: `${event.body.reason}: ${event.body.detail}` };
  return { kind: 'failed', reason: event.body.reason };
}
