import {
  ClaimApproved, ClaimAssigned, ClaimOpened, ClaimRefundFailed, ClaimRejected, ClaimSettled, ClaimVerified, REFUND, RefundRequested,
  TreatmentStarted,
} from '@comptoir/contracts/claims';
import { ReturnRefused, StockReturned } from '@comptoir/contracts/inventory';
import { ORDER_FULFILMENT, OrderCancelled, OrderConfirmed, OrderPlaced } from '@comptoir/contracts/orders';
import { RefundCalculated, RefundFailed, RefundIssued } from '@comptoir/contracts/payments';
import type { Outgoing } from '@comptoir/contracts';
import { v7 as uuidv7 } from 'uuid';
import type { Entry } from './log-under-test';

/** What a company's log may say, for tests. */
export interface Story {
  readonly orderId: string;
  readonly claimId: string;
  readonly refundId: string;
  readonly customerId: string;
  readonly entries: readonly Entry[];
}

export interface Telling {
  readonly customerId?: string;
  readonly store?: string;
  readonly country?: string;
  /** Hours between two events. */
  readonly hours?: number;
  readonly from?: Date;
  readonly description?: string;
  readonly end: 'placed' | 'cancelled' | 'completed' | 'opened' | 'treated' | 'rejected' | 'settled' | 'refund-failed';
}

const TEAPOT = { sku: 'TEAPOT', quantity: 2, unitPrice: 2_500 };
const TEA = { sku: 'TEA', quantity: 1, unitPrice: 700 };
const total = { amount: 5_700, currency: 'GBP' };
const refundLines = [{ sku: 'TEAPOT', quantity: 1, amount: 2_500, restock: true }];
const refunded = { amount: 2_500, currency: 'GBP' };
const paymentToken = 'tok_approve';
export const DAY = new Date('2026-03-02T00:00:00.000Z');

/** An order and what came of it, in the order in which it happened. */
export function story(telling: Telling): Story {
  const { customerId = 'C-17850', store, country, hours = 1, from = DAY, description = 'The lid is broken', end } = telling;
  const [orderId, claimId, refundId, cartId] = [uuidv7(), uuidv7(), uuidv7(), uuidv7()];
  const refund = { refundId, claimId, orderId };
  const entries: Entry[] = [];
  const say = (flow: string, ...events: readonly Outgoing[]) => {
    for (const event of events) entries.push({ id: uuidv7(), event, flow, at: new Date(from.getTime() + entries.length * hours * 3_600_000) });
  };
  const told = () => ({ orderId, claimId, refundId, customerId, entries });
  const order = (...events: Outgoing[]) => say(ORDER_FULFILMENT, ...events);

  order(OrderPlaced({ orderId, cartId, customerId, paymentToken, ...(store && { store }), ...(country && { country }) }));
  if (end === 'placed') return told();
  if (end === 'cancelled') {
    order(OrderCancelled({ orderId, cartId, reason: 'payment declined: declined' }));
    return told();
  }
  order(OrderConfirmed({ orderId, customerId, lines: [TEAPOT, TEA], total }));
  if (end === 'completed') return told();

  const treat = (...events: Outgoing[]) => say('claim-treatment', ...events);
  treat(ClaimOpened({ claimId, orderId, customerId, reason: 'damaged', description, lines: [{ sku: 'TEAPOT', quantity: 1 }] }));
  if (end === 'opened') return told();
  const known = { orderId, customerId, status: 'COMPLETED', placedAt: from.toISOString(), total, lines: [TEAPOT, TEA] } as const;
  treat(
    ClaimVerified({ claimId, order: { ...known, lines: [...known.lines] } }),
    ClaimAssigned({ claimId, assignee: 'ada' }),
    TreatmentStarted({ claimId, assignee: 'ada' }),
  );
  if (end === 'treated') return told();
  if (end === 'rejected') {
    treat(ClaimRejected({ claimId, orderId, customerId, reason: 'worn, not broken' }));
    return told();
  }
  treat(ClaimApproved({ claimId, refundId, lines: refundLines, total: refunded }));
  const pay = (...events: Outgoing[]) => say(REFUND, ...events);
  pay(
    RefundRequested({ claimId, refundId, orderId, customerId, lines: refundLines, total: refunded }),
    RefundCalculated({ ...refund, lines: refundLines, amount: refunded }),
  );
  if (end === 'refund-failed') {
    pay(
      ReturnRefused({ ...refund, reason: 'more-than-sold', detail: '1 asked, 0 left' }),
      RefundFailed({ ...refund, reason: 'the goods cannot be taken back' }),
      ClaimRefundFailed({ claimId, refundId, reason: 'more-than-sold' }),
    );
    return told();
  }
  pay(
    StockReturned({ ...refund, lines: [{ sku: 'TEAPOT', quantity: 1 }] }),
    RefundIssued({ ...refund, customerId, amount: refunded }),
    ClaimSettled({ claimId, refundId, amount: refunded }),
  );
  return told();
}
