import type { EventType, Outgoing } from '@comptoir/contracts';
import {
  ClaimApproved, ClaimAssigned, ClaimOpened, ClaimReason, ClaimRejected, ClaimSettled, ClaimVerified, REFUND, RefundRequested, TreatmentStarted,
} from '@comptoir/contracts/claims';
import { StockReturned } from '@comptoir/contracts/inventory';
import { ORDER_FULFILMENT, OrderCancelled, OrderConfirmed, OrderPlaced } from '@comptoir/contracts/orders';
import { RefundCalculated, RefundIssued } from '@comptoir/contracts/payments';
import type { Append } from '@comptoir/event-store';
import { v7 as uuidv7 } from 'uuid';
import { skuOf } from './plan';

export const CUSTOMERS = 2_000;
export const STORES = ['Bristol', 'Bath', 'Leeds', 'York', 'Derby', 'Web'];
export const COUNTRIES = ['UK', 'France', 'Germany', 'Ireland'];
export const ASSIGNEES = ['ada', 'grace', 'linus', 'edsger', 'barbara'];
const REASONS = ClaimReason.options;
/** What customers write about; a word more or less tells the descriptions apart. */
const WORDS = ['lid', 'handle', 'broken', 'late', 'wrong', 'colour', 'scratched', 'missing', 'spout', 'teapot', 'saucer', 'tin', 'torn', 'box', 'stain'];
/** So many customers' stories go on side by side. */
const WINDOW = 300;

const pick = <T>(from: readonly T[], nth: number): T => from[nth % from.length] as T;

/** The nth order and what came of it: one in ten is cancelled, every second of the others is claimed. */
function story(nth: number): readonly Outgoing<EventType>[] {
  const [orderId, cartId, claimId, refundId] = [uuidv7(), uuidv7(), uuidv7(), uuidv7()];
  const customerId = `C-${nth % CUSTOMERS}`;
  const inOrder = { flow: ORDER_FULFILMENT, correlationId: orderId };
  const placed = OrderPlaced(
    { orderId, cartId, customerId, paymentToken: 'tok_approve', store: pick(STORES, nth), country: pick(COUNTRIES, nth) },
    inOrder,
  );
  if (nth % 10 === 9) return [placed, OrderCancelled({ orderId, cartId, reason: 'payment declined: declined' }, inOrder)];
  const lines = [0, 1].map((line) => ({ sku: skuOf((nth * 2 + line) % 1_000), quantity: 1 + line, unitPrice: 500 + (nth % 700) }));
  const total = { amount: lines.reduce((sum, { quantity, unitPrice }) => sum + quantity * unitPrice, 0), currency: 'GBP' };
  const ordered = [placed, OrderConfirmed({ orderId, customerId, lines, total }, inOrder)];
  if (nth % 2 === 1) return ordered;

  const [line] = lines as [(typeof lines)[0]];
  const description = Array.from({ length: 6 }, (_, word) => pick(WORDS, nth * 7 + word * (1 + (nth % 5)))).join(' ');
  const assignee = pick(ASSIGNEES, nth >> 1);
  const order = { orderId, customerId, status: 'COMPLETED' as const, placedAt: new Date().toISOString(), total, lines };
  const claimed = [
    ClaimOpened({ claimId, orderId, customerId, reason: pick(REASONS, nth >> 1), description, lines: [{ sku: line.sku, quantity: 1 }] }),
    ClaimVerified({ claimId, order }),
    ClaimAssigned({ claimId, assignee }),
    TreatmentStarted({ claimId, assignee }),
  ];
  const ends = nth % 8;
  if (ends === 0) return [...ordered, ...claimed];
  if (ends === 2) return [...ordered, ...claimed, ClaimRejected({ claimId, orderId, customerId, reason: 'worn, not broken' })];
  const refundLines = [{ sku: line.sku, quantity: 1, amount: line.unitPrice, restock: true }];
  const amount = { amount: line.unitPrice, currency: 'GBP' };
  const of = { refundId, claimId, orderId };
  const inRefund = { flow: REFUND, correlationId: refundId };
  return [
    ...ordered,
    ...claimed,
    ClaimApproved({ claimId, refundId, lines: refundLines, total: amount }),
    RefundRequested({ ...of, customerId, lines: refundLines, total: amount }, inRefund),
    RefundCalculated({ ...of, lines: refundLines, amount }, inRefund),
    StockReturned({ ...of, lines: [{ sku: line.sku, quantity: 1 }] }, inRefund),
    RefundIssued({ ...of, customerId, amount }, inRefund),
    ClaimSettled({ claimId, refundId, amount }, inRefund),
  ];
}

/** A company's days without end: many stories side by side, each in its order. */
export function* companyLog(): Generator<Outgoing<EventType>, never> {
  let nth = 0;
  const open: Outgoing<EventType>[][] = [];
  for (let turn = 0; ; turn += 1) {
    while (open.length < WINDOW) open.push([...story(nth++)]);
    const at = (turn * 7) % open.length;
    const next = open[at]?.shift();
    if (next) yield next;
    if (open[at]?.length === 0) open.splice(at, 1);
  }
}

/** The next so many events, as appends to take at once. */
export function appendsOf(log: Generator<Outgoing<EventType>, never>, count: number, occurredAt: Date): readonly Append[] {
  const streams = new Map<string, Append['events'][number][]>();
  for (let nth = 0; nth < count; nth += 1) {
    const { type, body, options } = log.next().value;
    const stream = type.streamOf(body);
    const { flow, correlationId } = options ?? {};
    const event = { type: type.name, schemaVersion: type.version, data: body, metadata: { flow, correlationId }, occurredAt };
    const before = streams.get(stream);
    if (before) before.push(event);
    else streams.set(stream, [event]);
  }
  return [...streams].map(([stream, events]) => ({ stream, events, expected: 'any' as const }));
}
