import { setTimeout as delay } from 'node:timers/promises';
import { detailOf, expectStatus, type Reply, type RestClient } from '../rest/rest-client';
import type { OrderPlan } from './plan';
import type { Outcome } from './tally';

export interface Shop {
  readonly carts: RestClient;
  readonly orders: RestClient;
}

/** Seconds the service is asked to wait for the order's end; then it is asked again. */
const WAIT = 60;
/** Longer than any deadline of a saga with its retries. */
const PATIENCE_MS = 10 * 60_000;

/**
 * Places an invoice as an order and waits for its end. The idempotency keys follow from the invoice's number: doing it
 * again, in this run or another, finds the same cart and the same order.
 */
export async function place(plan: OrderPlan, { carts, orders }: Shop, patienceMs = PATIENCE_MS): Promise<Outcome> {
  const idempotencyKey = `retail-invoice-${plan.invoiceNo}`;
  try {
    const cart = await carts.post('/carts', { idempotencyKey, body: { items: plan.items } });
    const { cartId } = taken(carts, '/carts', cart, 201) as { cartId: string };
    const body = { cartId, customerId: plan.customerId, country: plan.country, payment: { token: 'tok_approve' } };
    const deadline = Date.now() + patienceMs;
    for (;;) {
      const reply = await orders.post('/orders', { idempotencyKey, prefer: `wait=${WAIT}`, body });
      const order = taken(orders, '/orders', reply, 200, 202) as { orderId: string; status: string; reason: string | null };
      if (order.status === 'COMPLETED') return { kind: 'completed', orderId: order.orderId };
      if (order.status === 'CANCELLED') return { kind: 'cancelled', orderId: order.orderId, reason: order.reason ?? 'no reason given' };
      if (Date.now() > deadline) return { kind: 'open', orderId: order.orderId };
      await delay(500); // A service that is going down does not wait.
    }
  } catch (error) {
    if (error instanceof Refused) return { kind: 'refused', reason: error.message };
    throw error;
  }
}

/** The service understood the request and will not take it, today or tomorrow. */
class Refused extends Error {}

function taken(client: RestClient, path: string, reply: Reply, ...expected: readonly number[]): unknown {
  if (reply.status === 422) throw new Refused('invoice number used twice, with different lines');
  if (reply.status === 400) throw new Refused(detailOf(reply.body));
  return expectStatus(client, { method: 'POST', path }, reply, ...expected);
}
