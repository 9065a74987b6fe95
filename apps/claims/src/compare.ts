import { ClaimVerificationFailed, ClaimVerified, type ClaimLine, type OrderContext } from '@comptoir/contracts/claims';

/** What a customer says of an order. */
export interface Claimed {
  readonly claimId: string;
  readonly orderId: string;
  readonly customerId: string;
  readonly lines: readonly ClaimLine[];
}

/** What orders says: the order, or that there is none. */
export type OrderAnswer = { readonly kind: 'found'; readonly order: OrderContext } | { readonly kind: 'missing' };

/** Compares a claim with its order: the order is there, is the customer's, is completed, and has what is claimed. */
export function compare({ claimId, orderId, customerId, lines }: Claimed, answer: OrderAnswer) {
  const failed = (reason: Parameters<typeof ClaimVerificationFailed>[0]['reason'], detail: string) =>
    ClaimVerificationFailed({ claimId, reason, detail });
  if (answer.kind === 'missing') return failed('order-not-found', `There is no order ${orderId}`);
  const { order } = answer;
  if (order.customerId !== customerId) return failed('other-customer', `Order ${orderId} is not customer ${customerId}'s`);
  if (order.status !== 'COMPLETED') return failed('order-not-completed', `Order ${orderId} is ${order.status}`);
  const wrong = lines.find(({ sku, quantity }) => quantity > orderedOf(order, sku));
  if (wrong) {
    const ordered = orderedOf(order, wrong.sku);
    return failed('not-in-order', `${wrong.quantity} of ${wrong.sku} are claimed, and ${ordered} were ordered`);
  }
  return ClaimVerified({ claimId, order });
}

/** Units of a product in the order; it may be there more than once, at different prices. */
export const orderedOf = ({ lines }: OrderContext, sku: string) =>
  (lines ?? []).reduce((sum, line) => (line.sku === sku ? sum + line.quantity : sum), 0);
