import { randomUUID } from 'node:crypto';
import { expectStatus, RestClient } from '../rest/rest-client';
import type { Services } from '../services';
import { CUSTOMER, type SampleOrder } from './sample-catalogue';

export interface Placed {
  readonly orderId: string;
  readonly status: string;
  readonly reason: string | null;
  readonly total: { readonly amount: number; readonly currency: string } | null;
  /** From POST /orders to its answer. */
  readonly ms: number;
}

/** Fills a cart, orders it and waits for the order's end. */
export async function placeOrder(services: Services, order: SampleOrder): Promise<Placed> {
  const [carts, orders] = [new RestClient(services.url('carts')), new RestClient(services.url('orders'))];
  try {
    const filled = await carts.post('/carts', { body: { items: order.items }, idempotencyKey: randomUUID() });
    const { cartId } = expectStatus(carts, { method: 'POST', path: '/carts' }, filled, 201) as { cartId: string };
    const started = performance.now();
    const reply = await orders.post('/orders', {
      body: { cartId, customerId: CUSTOMER, payment: { token: order.token } },
      idempotencyKey: randomUUID(),
      prefer: 'wait=30',
    });
    const ended = expectStatus(orders, { method: 'POST', path: '/orders' }, reply, 200, 202) as Omit<Placed, 'ms'>;
    return { ...ended, ms: performance.now() - started };
  } finally {
    await Promise.all([carts.close(), orders.close()]);
  }
}

/** True when it ended the way the example is about. */
export const endedAsItShould = (order: SampleOrder, { status, reason }: Pick<Placed, 'status' | 'reason'>) =>
  status === order.status && (order.reason ? order.reason.test(reason ?? '') : reason === null);
