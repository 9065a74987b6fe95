import { ClaimRefundFailed, ClaimSettled, RefundRequested } from '@comptoir/contracts/claims';
import { ReturnRefused, StockReturned } from '@comptoir/contracts/inventory';
import { RefundCalculated, RefundFailed, RefundIssued, RefundRefused } from '@comptoir/contracts/payments';
import { eventTypes, type Happened } from '@comptoir/event-store';
import { earliest } from '../rows/fold';
import { rowProjection } from '../rows/row-projection';
import { rowTable } from '../rows/row-table';

/** FAILING: somebody has refused, and what was done is being undone. */
export const REFUND_STATUSES = ['REQUESTED', 'HELD', 'RETURNED', 'ISSUED', 'SETTLED', 'FAILING', 'FAILED'] as const;

export interface RefundRow {
  readonly refundId: string;
  readonly claimId: string | null;
  readonly orderId: string | null;
  readonly customerId: string | null;
  readonly status: (typeof REFUND_STATUSES)[number];
  readonly requested: number | null;
  /** What payments worked out. */
  readonly amount: number | null;
  readonly currency: string | null;
  readonly reason: string | null;
  /** By who gave them. */
  readonly reasons: Readonly<Record<string, string>>;
  readonly requestedAt: Date | null;
  readonly heldAt: Date | null;
  readonly returnedAt: Date | null;
  readonly issuedAt: Date | null;
  readonly refusedAt: Date | null;
  readonly settledAt: Date | null;
  readonly failedAt: Date | null;
  /** When it was first heard of. */
  readonly firstAt: Date;
}

export const refundEvents = eventTypes(
  RefundRequested, RefundCalculated, RefundRefused, StockReturned, ReturnRefused, RefundIssued, RefundFailed, ClaimSettled,
  ClaimRefundFailed,
);
export type RefundEvent = Happened<
  | typeof RefundRequested | typeof RefundCalculated | typeof RefundRefused | typeof StockReturned | typeof ReturnRefused
  | typeof RefundIssued | typeof RefundFailed | typeof ClaimSettled | typeof ClaimRefundFailed
>;

export const blankRefund = (refundId: string, { occurredAt }: Pick<RefundEvent, 'occurredAt'>): RefundRow => ({
  refundId, claimId: null, orderId: null, customerId: null, status: 'REQUESTED', requested: null, amount: null, currency: null,
  reason: null, reasons: {}, requestedAt: null, heldAt: null, returnedAt: null, issuedAt: null, refusedAt: null,
  settledAt: null, failedAt: null, firstAt: occurredAt,
});

export function foldRefund(row: RefundRow, event: RefundEvent): RefundRow {
  const { claimId } = event.data;
  const orderId = 'orderId' in event.data ? event.data.orderId : row.orderId;
  return concluded({ ...row, ...learnt(row, event), claimId, orderId, firstAt: earliest(row.firstAt, event.occurredAt) });
}

function learnt(row: RefundRow, { type, data, occurredAt }: RefundEvent): Partial<RefundRow> {
  const refused = (reason: string) => ({ refusedAt: earliest(row.refusedAt, occurredAt), reasons: { ...row.reasons, [type]: reason } });
  switch (type) {
    case 'claims.refund-requested': {
      const { customerId, total } = data;
      return { customerId, requested: total.amount, currency: total.currency, requestedAt: earliest(row.requestedAt, occurredAt) };
    }
    case 'payments.refund-calculated':
      return { amount: data.amount.amount, currency: data.amount.currency, heldAt: earliest(row.heldAt, occurredAt) };
    case 'payments.refund-refused':
      return refused(`${data.reason}: ${data.detail}`);
    case 'inventory.stock-returned':
      return { returnedAt: earliest(row.returnedAt, occurredAt) };
    case 'inventory.return-refused':
      return refused(`${data.reason}: ${data.detail}`);
    case 'payments.refund-issued': {
      const { customerId, amount } = data;
      return { customerId, amount: amount.amount, currency: amount.currency, issuedAt: earliest(row.issuedAt, occurredAt) };
    }
    case 'payments.refund-failed':
      return refused(data.reason);
    case 'claims.claim-settled':
      return { settledAt: earliest(row.settledAt, occurredAt) };
    case 'claims.refund-failed':
      return { failedAt: earliest(row.failedAt, occurredAt), reasons: { ...row.reasons, [type]: data.reason } };
  }
}

/** Whose word counts first. */
const SPEAKERS = ['claims.refund-failed', 'payments.refund-refused', 'inventory.return-refused', 'payments.refund-failed'];

/** What follows from all that is known, whatever came first. */
function concluded(row: RefundRow): RefundRow {
  const status = row.settledAt
    ? 'SETTLED'
    : row.issuedAt
      ? 'ISSUED'
      : row.failedAt
        ? 'FAILED'
        : row.refusedAt
          ? 'FAILING'
          : row.returnedAt
            ? 'RETURNED'
            : row.heldAt
              ? 'HELD'
              : 'REQUESTED';
  const speaker = SPEAKERS.find((each) => row.reasons[each] !== undefined);
  return { ...row, status, reason: (speaker && row.reasons[speaker]) ?? null };
}

/** Every attempt to give money back, and how far it has come. */
export const refundsView = rowProjection({
  name: 'refunds',
  version: 1,
  events: refundEvents,
  table: rowTable<RefundRow>('refund', 'refundId', {
    refundId: 'uuid', claimId: 'uuid', orderId: 'uuid', customerId: 'text', status: 'text', requested: 'bigint',
    amount: 'bigint', currency: 'text', reason: 'text', reasons: 'jsonb', requestedAt: 'timestamptz', heldAt: 'timestamptz',
    returnedAt: 'timestamptz', issuedAt: 'timestamptz', refusedAt: 'timestamptz', settledAt: 'timestamptz',
    failedAt: 'timestamptz', firstAt: 'timestamptz',
  }),
  keyOf: ({ data }) => data.refundId,
  blank: blankRefund,
  fold: foldRefund,
});
