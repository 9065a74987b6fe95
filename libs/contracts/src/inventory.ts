import { z } from 'zod';
import { PricedLine } from './carts';
import { Sku } from './catalog';
import { Id } from './id';
import { command, event, Money } from './message';
import { PaymentToken } from './payment-token';

export const StockLine = z.object({ sku: Sku, quantity: z.int().positive() });
export type StockLine = z.infer<typeof StockLine>;

const reservation = (body: { orderId: string }) => `reservation-${body.orderId}`;

/** What the peers behind inventory need to know of an order, where no coordinator tells them. Inventory does not keep it. */
export const Bill = z.object({ lines: z.array(PricedLine).min(1), total: Money, paymentToken: PaymentToken });
export type Bill = z.infer<typeof Bill>;

export const StockReserved = event(
  'inventory.stock-reserved',
  1,
  z.object({
    orderId: Id,
    lines: z.array(StockLine).min(1),
    /** Carried along. */
    bill: Bill.optional(),
  }),
  { stream: reservation },
);

export const StockRejected = event(
  'inventory.stock-rejected',
  1,
  z.object({
    orderId: Id,
    reason: z.enum(['out-of-stock', 'unknown-sku', 'void']),
    shortages: z.array(z.object({ sku: Sku, requested: z.int(), available: z.int() })),
  }),
  { stream: reservation },
);

/** `lines` is empty where nothing had been reserved: the reservation is void from then on. */
export const StockReleased = event(
  'inventory.stock-released',
  1,
  z.object({
    orderId: Id,
    lines: z.array(StockLine),
    /** Why, where nobody knows that asked for it: the reason of the event that led to it. */
    reason: z.string().optional(),
  }),
  { stream: reservation },
);

/** A confirmed order's reservation became sold. */
export const StockSold = event(
  'inventory.stock-sold',
  1,
  z.object({ orderId: Id, lines: z.array(StockLine).min(1) }),
  { stream: reservation, terminal: true },
);

export const StockReceived = event(
  'inventory.stock-received',
  1,
  z.object({ receiptId: Id, lines: z.array(StockLine).min(1) }),
  { stream: (body) => `receipt-${body.receiptId}`, terminal: true },
);

export const ReserveStock = command(
  'inventory.reserve-stock',
  1,
  z.object({ orderId: Id, lines: z.array(StockLine).min(1) }),
  { answers: [StockReserved, StockRejected] },
);

export const ReleaseStock = command(
  'inventory.release-stock',
  1,
  z.object({ orderId: Id, reason: z.string() }),
  { answers: [StockReleased] },
);

const refund = z.object({ refundId: Id, claimId: Id, orderId: Id });
const goodsReturn = (body: { refundId: string }) => `return-${body.refundId}`;

/** Of an order that was sold: its goods are in stock again. Without lines where none of them were to come back. */
export const StockReturned = event('inventory.stock-returned', 1, refund.extend({ lines: z.array(StockLine) }), {
  stream: goodsReturn,
});

export const ReturnRefused = event(
  'inventory.return-refused',
  1,
  refund.extend({ reason: z.enum(['not-sold', 'more-than-sold', 'void']), detail: z.string() }),
  { stream: goodsReturn },
);

/** `lines` is empty where nothing had been returned: the return is void from then on. */
export const ReturnReversed = event(
  'inventory.return-reversed',
  1,
  refund.extend({ lines: z.array(StockLine), reason: z.string() }),
  { stream: goodsReturn },
);
