import { z } from 'zod';
import { Id } from './id';
import { command, event, Money } from './message';
import { printable } from './text';

const payment = (body: { orderId: string }) => `payment-${body.orderId}`;

export const PaymentProcessed = event(
  'payments.payment-processed',
  1,
  z.object({ orderId: Id, paymentId: Id, amount: Money }),
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
  z.object({ orderId: Id, refunded: z.int().nonnegative(), currency: z.string().nullable() }),
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
