import { readState } from '../stack/state';
import { givenBy } from '../stack/servers';
import { portsFrom } from '../stack/ports';
import type { ServiceName } from '../services';

/** Those that an order needs from the cart to its end: the others' queues do not exist in a bench of orders. */
export const ORDER_SERVICES = ['catalog', 'carts', 'inventory', 'payments', 'orders', 'orchestrator'] as const satisfies readonly ServiceName[];
export type OrderService = (typeof ORDER_SERVICES)[number];

/** The servers' processes. Those of somebody else are out of sight. */
export function serverProcesses(): { readonly postgres: readonly number[]; readonly broker: readonly number[] } {
  const given = givenBy(process.env);
  const { postgres, rabbitmq } = readState(portsFrom(process.env));
  const pid = (record: { pid: number } | undefined, isGiven: boolean) => (record && !isGiven ? [record.pid] : []);
  return { postgres: pid(postgres, Boolean(given.databaseUrl)), broker: pid(rabbitmq, Boolean(given.broker)) };
}
