import type { Definitions } from '@comptoir/messaging';

/**
 * The part of a broker's definitions that some services need: their queues and what is bound to them. The others' queues
 * would fill up with events that nobody takes, and every message to them costs.
 */
export function partFor(services: readonly string[], definitions: Definitions): Definitions {
  const kept = new Set([...services, 'retry']);
  const isKept = (queue: string) => kept.has(queue.split('.', 1)[0] as string);
  return {
    ...definitions,
    queues: definitions.queues.filter(({ name }) => isKept(name)),
    bindings: definitions.bindings.filter(({ destination }) => isKept(destination)),
  };
}
