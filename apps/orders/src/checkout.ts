import { CodedError, type BodyOf } from '@comptoir/contracts';
import { CartRejected, type PricedLine } from '@comptoir/contracts/carts';
import { StockRejected, StockReleased } from '@comptoir/contracts/inventory';
import type { PaymentProcessed } from '@comptoir/contracts/payments';
import type { Message } from '@comptoir/messaging';
import { isOf } from '@comptoir/saga';

/** A payment in the checkout flow that does not say what was paid for: whoever sent it broke the flow. */
class LinesNotCarried extends CodedError {
  readonly code = 'lines-not-carried';
}

/** What was paid for, as the payment carries it along. */
export function carriedLines({ orderId, lines }: BodyOf<typeof PaymentProcessed>): PricedLine[] {
  if (!lines) throw new LinesNotCarried('The payment does not carry the lines that were paid for', { orderId });
  return lines;
}

/** Why an order comes to nothing, in words for its customer: the same as an orchestrated one's. */
export function failureOf(event: Message<typeof CartRejected | typeof StockRejected | typeof StockReleased>): string {
  if (isOf(event, CartRejected)) return `${event.body.reason}: ${event.body.detail}`;
  if (isOf(event, StockReleased)) return event.body.reason ?? '';
  const { reason, shortages } = event.body;
  const short = shortages.map(({ sku, requested, available }) => `${sku} (${requested} wanted, ${available} left)`);
  return short.length > 0 ? `${reason}: ${short.join(', ')}` : reason;
}
