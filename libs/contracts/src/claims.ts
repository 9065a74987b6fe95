import { z } from 'zod';
import { PricedLine } from './carts';
import { Sku } from './catalog';
import { Id } from './id';
import { event, Money } from './message';
import { CustomerId } from './orders';
import { printable } from './text';

const stream = (body: { claimId: string }) => `claim-${body.claimId}`;
const of = z.object({ claimId: Id });

/** The flow of what happens to a claim between people; its conversation is the claim's id. */
export const CLAIM_TREATMENT = 'claim-treatment';

/** The flow of one attempt to give money back; its conversation is the refund's id. */
export const REFUND = 'refund';

export const ClaimReason = z.enum(['damaged', 'wrong-item', 'not-received', 'not-wanted', 'other']);

/** What the customer complains about. */
export const ClaimLine = z.object({ sku: Sku, quantity: z.int().positive() });
export type ClaimLine = z.infer<typeof ClaimLine>;

/** What is given back for one product. */
export const RefundLine = z.object({
  sku: Sku,
  quantity: z.int().positive(),
  /** Minor units for the whole line, in the currency of the refund. */
  amount: z.int().nonnegative(),
  /** The goods go back into stock. False: they stay with the customer, or are not fit to be sold. */
  restock: z.boolean(),
});
export type RefundLine = z.infer<typeof RefundLine>;

/** The order as its owner knew it when the claim was compared with it. */
export const OrderContext = z.object({
  orderId: Id,
  customerId: z.string(),
  status: z.enum(['PENDING', 'COMPLETED', 'CANCELLED']),
  placedAt: z.iso.datetime(),
  /** Of a completed order. */
  total: Money.nullable(),
  lines: z.array(PricedLine).nullable(),
});
export type OrderContext = z.infer<typeof OrderContext>;

/** As the customer says; nothing of it has been compared with the order yet. */
export const ClaimOpened = event(
  'claims.claim-opened',
  1,
  of.extend({
    orderId: Id,
    customerId: CustomerId,
    reason: ClaimReason,
    description: z.string(),
    lines: z.array(ClaimLine).min(1),
  }),
  { stream, terminal: true },
);

/** The order is there, is the customer's, is completed, and has what is claimed. */
export const ClaimVerified = event('claims.claim-verified', 1, of.extend({ order: OrderContext }), { stream, terminal: true });

/** Orders was asked, and what it says does not fit the claim: it can only be rejected. */
export const ClaimVerificationFailed = event(
  'claims.claim-verification-failed',
  1,
  of.extend({
    reason: z.enum(['order-not-found', 'other-customer', 'order-not-completed', 'not-in-order']),
    /** For people. */
    detail: z.string(),
  }),
  { stream, terminal: true },
);

export const ClaimAssigned = event('claims.claim-assigned', 1, of.extend({ assignee: printable(64) }), { stream, terminal: true });

export const TreatmentStarted = event('claims.treatment-started', 1, of.extend({ assignee: printable(64) }), {
  stream,
  terminal: true,
});

/** Resolved: the refund of these lines is requested next. */
export const ClaimApproved = event(
  'claims.claim-approved',
  1,
  of.extend({ refundId: Id, lines: z.array(RefundLine).min(1), total: Money }),
  { stream, terminal: true },
);

/** Resolved: nothing is given back. */
export const ClaimRejected = event(
  'claims.claim-rejected',
  1,
  of.extend({ orderId: Id, customerId: CustomerId, reason: z.string() }),
  { stream },
);

/** Starts the flow `refund`. */
export const RefundRequested = event(
  'claims.refund-requested',
  1,
  of.extend({
    refundId: Id,
    orderId: Id,
    customerId: CustomerId,
    lines: z.array(RefundLine).min(1),
    /** The sum of the lines' amounts. */
    total: Money,
  }),
  { stream },
);

/** The customer has the money. */
export const ClaimSettled = event('claims.claim-settled', 1, of.extend({ refundId: Id, amount: Money }), {
  stream,
  terminal: true,
});

/** Nothing was paid, and all that had been done for it is undone; the claim is under treatment again. */
export const ClaimRefundFailed = event('claims.refund-failed', 1, of.extend({ refundId: Id, reason: z.string() }), {
  stream,
  terminal: true,
});
