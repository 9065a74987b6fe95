import { proxyTo } from '@comptoir/messaging/testing';
import { arm } from './fail-points';
import { expected } from './rest';
import type { Placed, Shop } from './shop';
import type { NextLife } from './system';

/** Each does one kind of harm to the system, with all on or with a mechanism switched off, and returns the order it hit. */

/** The process that has accepted an order is killed before it could tell anybody. The customer asks again, under the same key. */
export async function killedWhileAccepting(shop: Shop, env: NextLife = {}): Promise<string> {
  const { system } = shop;
  const cartId = await shop.cart([{ sku: 'TEAPOT', quantity: 1 }]);
  const { killed } = await arm(system, 'orders', 'after-commit:orders.place-order:1', env);
  const answer = shop.post(cartId);
  await killed;
  await system.revive('orders', env).ready();
  return expected<Placed>(await answer, 202).orderId;
}

/** The line to the broker is cut, an order is accepted, and the line comes back. */
export async function acceptedWithoutBroker(shop: Shop, env: NextLife = {}): Promise<string> {
  const { system } = shop;
  const broker = new URL(system.ground.servers.amqpUrl);
  const line = await proxyTo(broker.hostname, Number(broker.port));
  const proxied = Object.assign(new URL(system.brokerUrl('orders')), {
    hostname: '127.0.0.1',
    port: String(line.port),
  });
  try {
    await system.restart('orders', { ...env, AMQP_URL: proxied.toString() });
    const cartId = await shop.cart([{ sku: 'CUP', quantity: 1 }]);
    line.stop();
    const { orderId } = expected<Placed>(await shop.post(cartId), 202);
    // Until the service is done with the order's message: nothing but the connection can bring it out now.
    line.start();
    await system.processes('orders')[0]?.ready();
    return orderId;
  } finally {
    await system.restart('orders');
    await line.close();
  }
}

/** The orchestrator is killed while it handles an order it has just heard of. */
export async function killedWhileHandling(shop: Shop, env: NextLife = {}): Promise<string> {
  const { system } = shop;
  const { killed } = await arm(system, 'orchestrator', 'before-commit:orchestrator.order-fulfilment:1', env);
  await system.processes('orchestrator')[0]?.ready();
  const { orderId } = await shop.place([{ sku: 'TEAPOT', quantity: 2 }]);
  await killed;
  await system.revive('orchestrator').ready();
  return orderId;
}
