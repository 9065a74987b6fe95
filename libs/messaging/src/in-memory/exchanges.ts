import type { BindingDescription, Topology } from '../topology';
import type { Queue } from './queue';
import { topicMatches } from './topic';

/** Where a message goes: every bound queue once. `undefined` where there is no such exchange. */
export class Exchanges {
  private readonly bindings = new Map<string, BindingDescription[]>();
  private readonly routes = new Map<string, readonly Queue[]>();

  constructor(topology: Topology, private readonly queues: ReadonlyMap<string, Queue>) {
    for (const { name } of topology.exchanges) this.bindings.set(name, []);
    for (const binding of topology.bindings) this.bindings.get(binding.exchange)?.push(binding);
  }

  route(exchange: string, key: string): readonly Queue[] | undefined {
    const bindings = this.bindings.get(exchange);
    if (exchange !== '' && !bindings) return undefined;
    const known = this.routes.get(`${exchange} ${key}`);
    if (known) return known;
    // The default exchange knows every queue by its name.
    const names = bindings
      ? bindings.filter((binding) => topicMatches(binding.key, key)).map(({ queue }) => queue)
      : [key];
    const route = [...new Set(names)].flatMap((name) => this.queues.get(name) ?? []);
    this.routes.set(`${exchange} ${key}`, route);
    return route;
  }
}
