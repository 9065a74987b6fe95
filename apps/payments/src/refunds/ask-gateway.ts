import type { HandlerContext, RetryPolicy } from '@comptoir/messaging';
import { PaymentGateway } from '../gateway/payment-gateway';
import { PrismaClient } from '../generated/prisma/client';
import type { RefundState } from './refund';
import type { Payout } from './rules';

/** What a handler learned of a payout before its transaction: the gateway's answer, or that there is nothing to ask. */
export interface Learned {
  readonly payout: Payout;
}

export const nothingToAsk: Learned = { payout: undefined };

/** The gateway is asked about refunds that are `paying`, and about no others. */
export function askWherePaying(
  refundIds: readonly string[],
  rows: readonly { readonly refundId: string; readonly state: RefundState }[],
): (Learned | undefined)[] {
  const paying = new Set(rows.flatMap(({ refundId, state }) => (state === 'paying' ? [refundId] : [])));
  return refundIds.map((refundId) => (paying.has(refundId) ? undefined : nothingToAsk));
}

/**
 * Has the gateway pay a refund out, or say again what became of that: the refund's id is the idempotency key, and its amount
 * never changes. Whoever asks hears the same, so a payout may be finished by another message than the one that began it.
 */
export async function askGateway(refundId: string, { signal, get }: HandlerContext): Promise<Learned> {
  const refund = await get(PrismaClient).refund.findUniqueOrThrow({ where: { refundId } });
  const amount = { amount: Number(refund.amount), currency: refund.currency ?? '' };
  return { payout: await get(PaymentGateway).refundPart({ key: refundId, chargeKey: refund.orderId, amount }, signal) };
}

/** Money is on its way: about an hour of asking before a person has to look. */
export const PAYOUT_RETRY: RetryPolicy = ['1s', '1s', '10s', '10s', '10s', ...Array.from({ length: 60 }, () => '60s' as const)];
