import type { PricedLine } from '@comptoir/contracts/carts';
import { OrderCancelled, OrderConfirmed, OrderPlaced } from '@comptoir/contracts/orders';
import { RefundIssued } from '@comptoir/contracts/payments';
import { eventTypes, type Happened } from '@comptoir/event-store';
import { earliest } from '../rows/fold';
import { rowProjection } from '../rows/row-projection';
import { rowTable } from '../rows/row-table';

export interface OrderRow {
  readonly orderId: string;
  readonly customerId: string | null;
  readonly status: 'PENDING' | 'COMPLETED' | 'CANCELLED';
  readonly store: string | null;
  readonly country: string | null;
  readonly lines: readonly PricedLine[] | null;
  readonly total: number | null;
  readonly currency: string | null;
  readonly reason: string | null;
  /** Amounts by refund: one that is said again counts once. */
  readonly refunds: Readonly<Record<string, number>>;
  readonly refunded: number;
  readonly placedAt: Date | null;
  readonly confirmedAt: Date | null;
  readonly cancelledAt: Date | null;
}

export const orderEvents = eventTypes(OrderPlaced, OrderConfirmed, OrderCancelled, RefundIssued);
type Event = Happened<typeof OrderPlaced | typeof OrderConfirmed | typeof OrderCancelled | typeof RefundIssued>;

export const blankOrder = (orderId: string): OrderRow => ({
  orderId, customerId: null, status: 'PENDING', store: null, country: null, lines: null, total: null, currency: null,
  reason: null, refunds: {}, refunded: 0, placedAt: null, confirmedAt: null, cancelledAt: null,
});

export function foldOrder(row: OrderRow, { type, data, occurredAt }: Event): OrderRow {
  switch (type) {
    case 'orders.order-placed': {
      const { customerId, store = null, country = null } = data;
      return { ...row, customerId, store, country, placedAt: earliest(row.placedAt, occurredAt) };
    }
    case 'orders.order-confirmed': {
      const { customerId, lines, total } = data;
      const confirmedAt = earliest(row.confirmedAt, occurredAt);
      return { ...row, customerId, lines, total: total.amount, currency: total.currency, confirmedAt, status: 'COMPLETED' };
    }
    case 'orders.order-cancelled': {
      const status = row.confirmedAt ? row.status : 'CANCELLED';
      return { ...row, reason: data.reason, cancelledAt: earliest(row.cancelledAt, occurredAt), status };
    }
    case 'payments.refund-issued': {
      const refunds = { ...row.refunds, [data.refundId]: data.amount.amount };
      const refunded = Object.values(refunds).reduce((sum, amount) => sum + amount, 0);
      return { ...row, customerId: row.customerId ?? data.customerId, refunds, refunded };
    }
  }
}

/** What each customer has ordered. */
export const ordersView = rowProjection({
  name: 'orders',
  version: 1,
  events: orderEvents,
  table: rowTable<OrderRow>('customer_order', 'orderId', {
    orderId: 'uuid', customerId: 'text', status: 'text', store: 'text', country: 'text', lines: 'jsonb', total: 'bigint',
    currency: 'text', reason: 'text', refunds: 'jsonb', refunded: 'bigint', placedAt: 'timestamptz',
    confirmedAt: 'timestamptz', cancelledAt: 'timestamptz',
  }),
  keyOf: ({ data }) => data.orderId,
  blank: blankOrder,
  fold: foldOrder,
});
