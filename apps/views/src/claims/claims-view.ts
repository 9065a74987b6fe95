import { dayOf } from '../rows/fold';
import { rowProjection } from '../rows/row-projection';
import { rowTable } from '../rows/row-table';
import { tallyTable } from '../rows/tally-table';
import { blankClaim, claimEvents, foldClaim, type ClaimRow } from './claim-row';

/** By the day it was opened. */
export interface ClaimCount {
  readonly day: string;
  readonly dimension: string;
  readonly key: string;
  readonly currency: string;
  readonly claims: number;
  /** From being opened to being resolved. */
  readonly seconds: number;
  /** Minor units. */
  readonly amount: number;
}

const HOUR = 3_600;
/** Times to resolution, up to and including; `more` above the last. */
export const RESOLUTION_BUCKETS = [1 * HOUR, 4 * HOUR, 24 * HOUR, 72 * HOUR, 168 * HOUR, 720 * HOUR] as const;

const bucketOf = (seconds: number) => String(RESOLUTION_BUCKETS.find((bound) => seconds <= bound) ?? 'more');

export function claimCounts(row: ClaimRow): readonly ClaimCount[] {
  const { openedAt, resolvedAt, status, reason, refundState, refundAmount, refundCurrency } = row;
  if (!openedAt) return [];
  const count = (dimension: string, key: string, more: Partial<ClaimCount> = {}): ClaimCount => ({
    day: dayOf(openedAt), dimension, key, currency: '', claims: 1, seconds: 0, amount: 0, ...more,
  });
  const counts = [count('status', status), count('reason', reason ?? '')];
  if (resolvedAt) {
    const seconds = Math.max(0, Math.round((resolvedAt.getTime() - openedAt.getTime()) / 1_000));
    counts.push(count('resolution', bucketOf(seconds), { seconds }));
  }
  if (refundState) counts.push(count('refund', refundState, { currency: refundCurrency ?? '', amount: refundAmount ?? 0 }));
  return counts;
}

/** The claim board, the search and the statistics. */
export const claimsView = rowProjection({
  name: 'claims',
  version: 1,
  events: claimEvents,
  table: rowTable<ClaimRow>('claim', 'claimId', {
    claimId: 'uuid', orderId: 'uuid', customerId: 'text', reason: 'text', description: 'text', lines: 'jsonb', status: 'text',
    assignee: 'text', verification: 'text', verificationDetail: 'text', resolution: 'text', refundId: 'uuid',
    refundAmount: 'bigint', refundCurrency: 'text', refundState: 'text', openedAt: 'timestamptz', resolvedAt: 'timestamptz',
    settledAt: 'timestamptz', updatedAt: 'timestamptz', versions: 'jsonb',
  }),
  keyOf: ({ data }) => data.claimId,
  blank: blankClaim,
  fold: foldClaim,
  tally: {
    table: tallyTable(
      'claim_day',
      { day: 'date', dimension: 'text', key: 'text', currency: 'text' },
      ['claims', 'seconds', 'amount'],
    ),
    countsOf: claimCounts,
  },
});
