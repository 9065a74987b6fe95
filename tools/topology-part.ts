import { existsSync, readFileSync } from 'node:fs';
import type { Definitions } from '@comptoir/messaging';
import { ToolError } from './fail';
import { DEFINITIONS_FILE } from './topology';

/** What a broker needs for these services, as it was generated. Default: for all there are. */
export function definitionsFor(services?: readonly string[]): Definitions {
  if (!existsSync(DEFINITIONS_FILE)) throw new ToolError('no-topology', `${DEFINITIONS_FILE} is missing: npm run topology writes it`);
  const all = JSON.parse(readFileSync(DEFINITIONS_FILE, 'utf8')) as Definitions;
  return services ? partFor(services, all) : all;
}

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
