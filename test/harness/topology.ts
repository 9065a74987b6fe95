import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT } from '../../tools/root';
import { EXCHANGES } from './broker';

interface Definitions {
  readonly bindings: readonly { readonly source: string; readonly destination: string; readonly routing_key: string }[];
}

/** What is bound to each work queue. */
export function bindingsOf(): ReadonlyMap<string, readonly { exchange: string; key: string }[]> {
  const { bindings } = JSON.parse(readFileSync(join(ROOT, 'rabbitmq/definitions.json'), 'utf8')) as Definitions;
  const queues = new Map<string, { exchange: string; key: string }[]>();
  for (const { source, destination, routing_key } of bindings)
    if (EXCHANGES.some((exchange) => exchange === source))
      queues.set(destination, [...(queues.get(destination) ?? []), { exchange: source, key: routing_key }]);
  return queues;
}
