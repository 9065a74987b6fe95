import { command, event } from '@comptoir/contracts';
import { handle, service } from '@comptoir/messaging';
import { isOf, reaction } from '../reaction';
import { z } from 'zod';

/** A refund by peers that react to each other's events: the example of the README and of the flows' tests. */
export const REFUND = 'refund';

const of = z.object({ claimId: z.uuid() });
const why = of.extend({ reason: z.string() });
const stream = (body: z.output<typeof of>) => `claim-${body.claimId}`;

export const RefundRequested = event('claims.refund-requested', 1, of, { stream });
export const RefundCalculated = event('payments.refund-calculated', 1, of, { stream });
export const RefundRefused = event('payments.refund-refused', 1, why, { stream });
export const RefundHoldReleased = event('payments.refund-hold-released', 1, why, { stream });
export const StockReturned = event('inventory.stock-returned', 1, of, { stream });
export const ReturnRefused = event('inventory.return-refused', 1, why, { stream });
export const ReturnReversed = event('inventory.return-reversed', 1, why, { stream });
export const RefundIssued = event('payments.refund-issued', 1, of, { stream });
export const PaymentFailed = event('payments.refund-failed', 1, why, { stream });
export const CustomerNotified = event('notifications.customer-notified', 1, of, { stream, terminal: true });
export const RefundSettled = event('claims.refund-settled', 1, of, { stream, terminal: true });
export const RefundFailed = event('claims.refund-failed', 1, why, { stream, terminal: true });
/** Answered under the refund's row lock: it has been paid out, or it never will be. */
export const CloseRefund = command('payments.close-refund', 1, of, { answers: [RefundIssued, PaymentFailed] });

export const holdRefund = reaction(REFUND, {
  on: RefundRequested,
  kind: 'compensatable',
  emits: [RefundCalculated, RefundRefused],
  refusals: [RefundRefused],
  batch: async (events) => events.map(({ body }) => RefundCalculated(body)),
  undoneBy: [ReturnRefused, ReturnReversed],
  undo: { emits: [RefundHoldReleased], batch: async (events) => events.map(({ body }) => RefundHoldReleased(body)) },
});

export const returnStock = reaction(REFUND, {
  on: RefundCalculated,
  kind: 'compensatable',
  emits: [StockReturned, ReturnRefused],
  refusals: [ReturnRefused],
  batch: async (events) => events.map(({ body }) => StockReturned(body)),
  undoneBy: PaymentFailed,
  undo: { emits: [ReturnReversed], batch: async (events) => events.map(({ body }) => ReturnReversed(body)) },
});

export const payOut = reaction(REFUND, {
  on: StockReturned,
  kind: 'pivot',
  emits: [RefundIssued, PaymentFailed],
  refusals: [PaymentFailed],
  batch: async (events) => events.map(({ body }) => RefundIssued(body)),
});

export const notify = reaction(REFUND, {
  on: RefundIssued,
  kind: 'retriable',
  emits: [CustomerNotified],
  batch: async (events) => events.map(({ body }) => CustomerNotified(body)),
});

export const settle = reaction(REFUND, {
  name: 'settle-refund',
  on: [RefundIssued, RefundRefused, RefundHoldReleased],
  waits: { since: RefundRequested, deadline: '10m', asks: CloseRefund },
  kind: 'retriable',
  emits: [RefundSettled, RefundFailed],
  batch: async (events) => events.map((each) => (isOf(each, RefundIssued) ? RefundSettled(each.body) : RefundFailed(each.body))),
});

export const closeRefund = handle(CloseRefund, {
  emits: [RefundIssued, PaymentFailed],
  batch: async (commands) => commands.map(({ body }) => PaymentFailed({ ...body, reason: 'not paid out in time' })),
});

export const claims = service({ name: 'claims', handlers: [...settle], emits: [RefundRequested] });
export const payments = service({ name: 'payments', handlers: [...holdRefund, ...payOut, closeRefund] });
export const inventory = service({ name: 'inventory', handlers: [...returnStock] });
export const notifications = service({ name: 'notifications', handlers: [...notify] });
export const peers = [claims, payments, inventory, notifications];
