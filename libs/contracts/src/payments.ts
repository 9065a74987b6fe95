import { z } from 'zod';
import { PricedLine } from './carts';
import { RefundLine } from './claims';
import { Id } from './id';
import { command, event, Money } from './message';
import { CustomerId } from './orders';
import { printable } from './text';

const payment = (body: { orderId: string }) => `payment-${body.orderId}`;

export const PaymentProcessed = event(
  'payments.payment-processed',
  1,
  z.object({
    orderId: Id,
    paymentId: Id,
    amount: Money,
    /** What was paid for: carried along to orders where no coordinator tells it. */
    lines: z.array(PricedLine).min(1).optional(),
  }),
  { stream: payment },
);

export const PaymentDeclined = event(
  'payments.payment-declined',
  1,
  z.object({ orderId: Id, reason: z.string() }),
  { stream: payment },
);

/** `refunded` is zero where nothing had been captured: the payment is void from then on. */
export const PaymentRefunded = event(
  'payments.payment-refunded',
  1,
  z.object({
    orderId: Id,
    refunded: z.int().nonnegative(),
    currency: z.string().nullable(),
    /** As in `StockReleased`. */
    reason: z.string().optional(),
  }),
  { stream: payment },
);

/** A capture that came through for a void payment was given back; an amount of zero: the gateway held none after all. */
export const StrayCaptureRefunded = event(
  'payments.stray-capture-refunded',
  1,
  z.object({ orderId: Id, amount: Money }),
  { stream: payment, terminal: true },
);

export const ProcessPayment = command(
  'payments.process-payment',
  1,
  z.object({ orderId: Id, amount: Money, token: printable(200) }),
  { answers: [PaymentProcessed, PaymentDeclined] },
);

export const RefundPayment = command(
  'payments.refund-payment',
  1,
  z.object({ orderId: Id, reason: z.string() }),
  { answers: [PaymentRefunded] },
);

/** Sent by payments to itself for a void payment that the gateway holds, or may hold, a capture of. */
export const RefundStrayCapture = command(
  'payments.refund-stray-capture',
  1,
  z.object({ orderId: Id, amount: Money }),
  { answers: [StrayCaptureRefunded] },
);

const refund = z.object({ refundId: Id, claimId: Id, orderId: Id });

/** The amount is held: no other refund of the order can have it. */
export const RefundCalculated = event(
  'payments.refund-calculated',
  1,
  refund.extend({ lines: z.array(RefundLine).min(1), amount: Money }),
  { stream: payment },
);

export const RefundRefused = event(
  'payments.refund-refused',
  1,
  refund.extend({
    reason: z.enum(['nothing-captured', 'more-than-left', 'other-currency', 'void']),
    /** For people: what was asked, what is left. */
    detail: z.string(),
  }),
  { stream: payment },
);

/** What had been held for a refund is free again; an amount of zero: nothing had been. The refund is void from then on. */
export const RefundHoldReleased = event(
  'payments.refund-hold-released',
  1,
  refund.extend({ amount: z.int().nonnegative(), reason: z.string() }),
  { stream: payment },
);

/** The customer has the money: the point of no return. */
export const RefundIssued = event(
  'payments.refund-issued',
  1,
  refund.extend({ customerId: CustomerId, amount: Money }),
  { stream: payment },
);

/** It has not been paid out, and never will be. */
export const RefundFailed = event('payments.refund-failed', 1, refund.extend({ reason: z.string() }), { stream: payment });

/** Asks, long after it was requested, how a refund ended: it has been paid out, or from now on it never will be. */
export const CloseRefund = command('payments.close-refund', 1, refund.extend({ reason: z.string() }), {
  answers: [RefundIssued, RefundFailed],
});
