import { ToolError } from '../fail';

/** In the order of their ports, the first at 4301. */
export const SERVICES = [
  'catalog', 'carts', 'inventory', 'payments', 'orders', 'orchestrator', 'claims', 'notifications', 'event-store', 'views',
] as const;
export type ServiceName = (typeof SERVICES)[number];

/** Those that an order needs from the cart to its end. A system of these alone has no queues of the others. */
export const ORDER_SERVICES = ['catalog', 'carts', 'inventory', 'payments', 'orders', 'orchestrator'] as const satisfies readonly ServiceName[];
export type OrderService = (typeof ORDER_SERVICES)[number];

const FIRST_PORT = 4301;

/** Where `npm start` has the services; COMPTOIR_HTTP_PORT moves the first, COMPTOIR_PORT_SHIFT all of this checkout's ports. */
export function firstPort(env: NodeJS.ProcessEnv): number {
  const port = Number(env['COMPTOIR_HTTP_PORT'] ?? FIRST_PORT + Number(env['COMPTOIR_PORT_SHIFT'] ?? 0));
  if (!Number.isInteger(port) || port < 1 || port > 65_000) throw new ToolError('bad-port', `COMPTOIR_HTTP_PORT must be a port, not ${port}`);
  return port;
}
