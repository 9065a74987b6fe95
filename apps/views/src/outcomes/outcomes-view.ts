import { ClaimRefundFailed, ClaimSettled, REFUND } from '@comptoir/contracts/claims';
import { ORDER_FULFILMENT, OrderCancelled, OrderConfirmed } from '@comptoir/contracts/orders';
import { eventTypes, type Happened } from '@comptoir/event-store';
import { dayOf } from '../rows/fold';
import { rowProjection } from '../rows/row-projection';
import { rowTable } from '../rows/row-table';
import { tallyTable } from '../rows/tally-table';

export const OUTCOMES = ['completed', 'cancelled', 'settled', 'failed'] as const;

/** How one run of a flow ended: the first word counts, for an end may be said again. */
export interface OutcomeRow {
  /** Flow and conversation. */
  readonly run: string;
  readonly flow: string;
  readonly conversation: string;
  readonly outcome: (typeof OUTCOMES)[number];
  readonly reason: string | null;
  readonly endedAt: Date;
  readonly eventId: string;
}

export const outcomeEvents = eventTypes(OrderConfirmed, OrderCancelled, ClaimSettled, ClaimRefundFailed);
export type OutcomeEvent = Happened<
  typeof OrderConfirmed | typeof OrderCancelled | typeof ClaimSettled | typeof ClaimRefundFailed
>;

export function outcomeOf({ type, data, id: eventId, occurredAt: endedAt, metadata }: OutcomeEvent): OutcomeRow {
  const refund = type === 'claims.claim-settled' || type === 'claims.refund-failed';
  const conversation = refund ? data.refundId : data.orderId;
  const told = metadata['flow'];
  const flow = typeof told === 'string' && told !== '' ? told : refund ? REFUND : ORDER_FULFILMENT;
  const of = { run: `${flow} ${conversation}`, flow, conversation, endedAt, eventId };
  switch (type) {
    case 'orders.order-confirmed':
      return { ...of, outcome: 'completed', reason: null };
    case 'orders.order-cancelled':
      return { ...of, outcome: 'cancelled', reason: data.reason };
    case 'claims.claim-settled':
      return { ...of, outcome: 'settled', reason: null };
    case 'claims.refund-failed':
      return { ...of, outcome: 'failed', reason: data.reason };
  }
}

export function foldOutcome(row: OutcomeRow, event: OutcomeEvent): OutcomeRow {
  const said = outcomeOf(event);
  const earlier = said.endedAt < row.endedAt || (said.endedAt.getTime() === row.endedAt.getTime() && said.eventId < row.eventId);
  return earlier ? said : row;
}

/** Reasons may be anybody's text. */
const MAX_REASON = 200;

/** How the runs of each flow ended, by day. */
export const outcomesView = rowProjection({
  name: 'outcomes',
  version: 1,
  events: outcomeEvents,
  table: rowTable<OutcomeRow>('outcome', 'run', {
    run: 'text', flow: 'text', conversation: 'text', outcome: 'text', reason: 'text', endedAt: 'timestamptz', eventId: 'uuid',
  }),
  keyOf: (event) => outcomeOf(event).run,
  blank: (_, event) => outcomeOf(event),
  fold: foldOutcome,
  tally: {
    table: tallyTable('outcome_day', { day: 'date', flow: 'text', outcome: 'text', reason: 'text' }, ['runs']),
    countsOf: ({ endedAt, flow, outcome, reason }) => [
      { day: dayOf(endedAt), flow, outcome, reason: (reason ?? '').slice(0, MAX_REASON), runs: 1 },
    ],
  },
});
