import { z } from 'zod';
import { command, event, Money } from './message';

const payment = (body: { orderId: string }) => `payment-${body.orderId}`;

export const PaymentProcessed = event(
  'payments.payment-processed',
  1,
  z.object({ orderId: z.uuid(), paymentId: z.uuid(), amount: Money }),
  { stream: payment },
);

export const PaymentDeclined = event(
  'payments.payment-declined',
  1,
  z.object({ orderId: z.uuid(), reason: z.string() }),
  { stream: payment },
);

/** `refunded` is zero where nothing had been captured: the payment is void from then on. */
export const PaymentRefunded = event(
  'payments.payment-refunded',
  1,
  z.object({ orderId: z.uuid(), refunded: z.int().nonnegative(), currency: z.string().nullable() }),
  { stream: payment },
);

/** A capture that came through after its payment had been made void was given back. */
export const StrayCaptureRefunded = event(
  'payments.stray-capture-refunded',
  1,
  z.object({ orderId: z.uuid(), amount: Money }),
  { stream: payment },
);

export const ProcessPayment = command(
  'payments.process-payment',
  1,
  z.object({ orderId: z.uuid(), amount: Money, token: z.string().min(1).max(200) }),
  { answers: [PaymentProcessed, PaymentDeclined] },
);

export const RefundPayment = command(
  'payments.refund-payment',
  1,
  z.object({ orderId: z.uuid(), reason: z.string() }),
  { answers: [PaymentRefunded] },
);

/** Sent by payments to itself when a capture finds its payment void. */
export const RefundStrayCapture = command(
  'payments.refund-stray-capture',
  1,
  z.object({ orderId: z.uuid(), amount: Money }),
  { answers: [StrayCaptureRefunded] },
);
