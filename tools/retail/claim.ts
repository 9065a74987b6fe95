import { ClaimNotTaken, refundEnded, type ClaimsDesk } from '../rest/claims-desk';
import type { ClaimPlan } from './sales';
import type { ClaimOutcome } from './tally';

/** Longer than the deadline of a refund, after which it is closed. */
const PATIENCE_MS = 15 * 60_000;

/**
 * Files a claim, approves it and waits for its end. What the services do not give back is rejected, with their reason. Doing
 * it again, in this run or another, finds the same claim and goes on where it is.
 */
export async function claim(plan: ClaimPlan, desk: ClaimsDesk, patienceMs = PATIENCE_MS): Promise<ClaimOutcome> {
  const { invoiceNo, orderId, customerId, match, lines } = plan;
  let claimId: string | undefined;
  try {
    claimId = await desk.file(
      {
        orderId,
        customerId,
        reason: 'other',
        description: `Return ${invoiceNo}`,
        lines: lines.map(({ sku, quantity }) => ({ sku, quantity })),
      },
      `retail-return-${invoiceNo}-${orderId}-${match.replace(' ', '-')}`,
    );
    const treated = await desk.treat(claimId, patienceMs);
    if (treated && treated.claim.refunds.length === 0) await desk.approve(treated, lines);
    const ended = await desk.until(claimId, refundEnded, patienceMs);
    const refund = ended.claim.refunds.at(-1);
    switch (ended.claim.status) {
      case 'SETTLED':
        return { kind: 'settled', claimId, amount: refund?.total.amount ?? 0 };
      case 'REJECTED':
        return { kind: 'refused', claimId, reason: ended.claim.rejection ?? 'rejected' };
      case 'UNDER_TREATMENT': {
        const reason = refund?.reason ?? ended.claim.verification.detail ?? 'not refunded';
        await desk.reject(ended, reason);
        return { kind: 'refused', claimId, reason };
      }
      default:
        return { kind: 'open', claimId };
    }
  } catch (error) {
    if (!(error instanceof ClaimNotTaken)) throw error;
    if (claimId !== undefined) await rejectAnyway(claimId, desk, error.message);
    return { kind: 'refused', claimId, reason: error.message };
  }
}

/** A claim that was taken, and then found not to fit its order, is not left lying about. */
async function rejectAnyway(claimId: string, desk: ClaimsDesk, reason: string): Promise<void> {
  const read = await desk.read(claimId);
  if (read.claim.status === 'UNDER_TREATMENT') await desk.reject(read, reason);
}
