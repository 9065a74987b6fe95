import type { ServiceName } from '../../tools/services';
import { definitionsFor } from '../../tools/topology-part';
import { EXCHANGES } from './broker';

/** What is bound to each work queue of these services. */
export function bindingsOf(services: readonly ServiceName[]): ReadonlyMap<string, readonly { exchange: string; key: string }[]> {
  const { bindings } = definitionsFor(services);
  const queues = new Map<string, { exchange: string; key: string }[]>();
  for (const { source, destination, routing_key } of bindings)
    if (EXCHANGES.some((exchange) => exchange === source))
      queues.set(destination, [...(queues.get(destination) ?? []), { exchange: source, key: routing_key }]);
  return queues;
}
