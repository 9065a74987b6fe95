import type { Accepted } from '@comptoir/messaging';
import type { Acted, Refusal } from './act';
import type { ClaimEvent, ClaimStatus } from './claim';

/** Where a claim is after a request. */
export interface Standing {
  readonly claimId: string;
  readonly version: number;
  readonly status: ClaimStatus;
  readonly verification: 'unverified' | 'verified' | 'failed';
  /** The refund under way, or the last one. */
  readonly refundId: string | null;
}

/** What a caller gets, and gets again under the same idempotency key: a refusal is a reply, too. */
export type Reply = { readonly outcome: 'done'; readonly claim: Standing } | { readonly outcome: 'refused'; readonly refusal: Refusal };

export function replyOf(acted: Acted): Accepted<Reply, ClaimEvent> {
  if (acted.outcome === 'refused') return { reply: acted };
  const { claimId, version, status, verification, refunds } = acted.claim;
  const standing = { claimId, version, status, verification: verification.state, refundId: refunds.at(-1)?.refundId ?? null };
  return { reply: { outcome: 'done', claim: standing }, messages: acted.messages };
}
