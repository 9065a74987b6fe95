import type { PricedLine } from '@comptoir/contracts/carts';
import type { RefundLine } from '@comptoir/contracts/claims';
import { OrderConfirmed, OrderPlaced } from '@comptoir/contracts/orders';
import { RefundCalculated, RefundIssued } from '@comptoir/contracts/payments';
import { eventTypes, type Happened } from '@comptoir/event-store';
import { dayOf, earliest } from '../rows/fold';
import { rowProjection } from '../rows/row-projection';
import { rowTable } from '../rows/row-table';
import { tallyTable } from '../rows/tally-table';

/** Counts once it is paid out: `issuedAt`. */
interface SaleRefund {
  readonly amount?: number;
  readonly currency?: string;
  readonly issuedAt?: string;
  readonly lines?: readonly RefundLine[];
}

/** One order, with all that sums need of it. */
export interface SaleRow {
  readonly orderId: string;
  readonly store: string | null;
  readonly country: string | null;
  readonly lines: readonly PricedLine[] | null;
  readonly total: number | null;
  readonly currency: string | null;
  readonly soldAt: Date | null;
  readonly refunds: Readonly<Record<string, SaleRefund>>;
}

/** By the day of the sale, and of the refund. */
export interface SaleCount {
  readonly day: string;
  readonly dimension: string;
  readonly key: string;
  readonly currency: string;
  readonly orders: number;
  readonly quantity: number;
  readonly gross: number;
  readonly refunds: number;
  readonly refundedQuantity: number;
  readonly refunded: number;
}

export const saleEvents = eventTypes(OrderPlaced, OrderConfirmed, RefundCalculated, RefundIssued);
type SaleEvent = Happened<typeof OrderPlaced | typeof OrderConfirmed | typeof RefundCalculated | typeof RefundIssued>;

export const blankSale = (orderId: string): SaleRow => ({
  orderId, store: null, country: null, lines: null, total: null, currency: null, soldAt: null, refunds: {},
});

export function foldSale(row: SaleRow, { type, data, occurredAt }: SaleEvent): SaleRow {
  const refund = (refundId: string, learnt: SaleRefund): SaleRow => ({
    ...row,
    refunds: { ...row.refunds, [refundId]: { ...row.refunds[refundId], ...learnt } },
  });
  switch (type) {
    case 'orders.order-placed':
      return { ...row, store: data.store ?? null, country: data.country ?? null };
    case 'orders.order-confirmed': {
      const { lines, total } = data;
      return { ...row, lines, total: total.amount, currency: total.currency, soldAt: earliest(row.soldAt, occurredAt) };
    }
    case 'payments.refund-calculated':
      return refund(data.refundId, { lines: data.lines });
    case 'payments.refund-issued': {
      const { refundId, amount } = data;
      const known = row.refunds[refundId]?.issuedAt;
      const issuedAt = earliest(known ? new Date(known) : null, occurredAt).toISOString();
      return refund(refundId, { amount: amount.amount, currency: amount.currency, issuedAt });
    }
  }
}

const NOTHING = { orders: 0, quantity: 0, gross: 0, refunds: 0, refundedQuantity: 0, refunded: 0 };
const sum = (numbers: readonly number[]) => numbers.reduce((all, each) => all + each, 0);

export function saleCounts(row: SaleRow): readonly SaleCount[] {
  const places = [['store', row.store ?? ''], ['country', row.country ?? '']] as const;
  return [...sold(row, places), ...Object.values(row.refunds).flatMap((refund) => refundedOf(refund, places))];
}

type Places = readonly (readonly [dimension: string, key: string])[];

function sold({ soldAt, currency, total, lines }: SaleRow, places: Places): readonly SaleCount[] {
  if (!soldAt || currency === null || total === null || !lines) return [];
  const of = { ...NOTHING, day: dayOf(soldAt), currency, orders: 1 };
  const quantity = sum(lines.map((line) => line.quantity));
  const bySku = new Map<string, { quantity: number; gross: number }>();
  for (const line of lines) {
    const before = bySku.get(line.sku) ?? { quantity: 0, gross: 0 };
    bySku.set(line.sku, { quantity: before.quantity + line.quantity, gross: before.gross + line.quantity * line.unitPrice });
  }
  return [
    ...places.map(([dimension, key]) => ({ ...of, dimension, key, quantity, gross: total })),
    ...[...bySku].map(([key, product]) => ({ ...of, dimension: 'product', key, ...product })),
  ];
}

function refundedOf({ issuedAt, amount = 0, currency = '', lines = [] }: SaleRefund, places: Places): readonly SaleCount[] {
  if (!issuedAt) return [];
  const of = { ...NOTHING, day: issuedAt.slice(0, 10), currency, refunds: 1 };
  const quantity = sum(lines.map((line) => line.quantity));
  return [
    ...places.map(([dimension, key]) => ({ ...of, dimension, key, refundedQuantity: quantity, refunded: amount })),
    ...lines.map((line) => ({ ...of, dimension: 'product', key: line.sku, refundedQuantity: line.quantity, refunded: line.amount })),
  ];
}

/** What was sold where, net of what was paid back. */
export const salesView = rowProjection({
  name: 'sales',
  version: 1,
  events: saleEvents,
  table: rowTable<SaleRow>('sale', 'orderId', {
    orderId: 'uuid', store: 'text', country: 'text', lines: 'jsonb', total: 'bigint', currency: 'text', soldAt: 'timestamptz',
    refunds: 'jsonb',
  }),
  keyOf: ({ data }) => data.orderId,
  blank: blankSale,
  fold: foldSale,
  tally: {
    table: tallyTable(
      'sale_day',
      { dimension: 'text', day: 'date', key: 'text', currency: 'text' },
      ['orders', 'quantity', 'gross', 'refunds', 'refundedQuantity', 'refunded'],
    ),
    countsOf: saleCounts,
  },
});
