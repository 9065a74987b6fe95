import type { Definitions } from './definitions';
import { MessagingError } from '../errors';
import { managementRequest } from './management';

/** The broker does not hold what was asked of it after an import. `data.differences` has one line for each. */
export class TopologyMismatch extends MessagingError {
  readonly code = 'topology-mismatch';
}

export interface Imported {
  /** Queues and bindings that the broker has and the definitions do not: of an older topology, or somebody else's. */
  readonly leftOver: readonly string[];
}

/**
 * Imports definitions into a vhost (created where missing) by the management API, whose URL carries an administrator's
 * credentials. Users that exist keep their passwords. An import changes nothing that exists and may stop half-way
 * without a word, so what the broker has is then compared with what was asked; throws TopologyMismatch.
 */
export async function importDefinitions(managementUrl: string, vhost: string, definitions: Definitions): Promise<Imported> {
  const request = managementRequest(managementUrl);
  const there = new Set((await request<{ name: string }[]>('GET', 'users')).map(({ name }) => name));
  const inVhost = moved(definitions, vhost);
  await request('POST', 'definitions', { ...inVhost, users: definitions.users.filter(({ name }) => !there.has(name)) });
  const path = encodeURIComponent(vhost);
  const [exchanges, queues, bindings] = await Promise.all([
    request<Found[]>('GET', `exchanges/${path}`),
    request<Found[]>('GET', `queues/${path}`),
    request<FoundBinding[]>('GET', `bindings/${path}`),
  ]);
  const differences = [
    ...missing('exchange', inVhost.exchanges, exchanges),
    ...missing('queue', inVhost.queues, queues),
    ...minus(inVhost.bindings.map(bindingText), bindings.map(bindingText)).map((text) => `missing binding ${text}`),
  ];
  if (differences.length > 0)
    throw new TopologyMismatch(`vhost ${vhost} is not what was asked for:\n  ${differences.join('\n  ')}`, { vhost, differences });
  const own = bindings.filter(({ source }) => source !== '');
  return {
    leftOver: [
      ...minus(queues.map(({ name }) => name), inVhost.queues.map(({ name }) => name)).map((name) => `queue ${name}`),
      ...minus(own.map(bindingText), inVhost.bindings.map(bindingText)).map((text) => `binding ${text}`),
    ],
  };
}

interface Found {
  readonly name: string;
  readonly type?: string;
  readonly durable: boolean;
  readonly arguments: Readonly<Record<string, unknown>>;
}
type FoundBinding = Pick<Definitions['bindings'][number], 'source' | 'destination' | 'routing_key'>;

const bindingText = ({ source, routing_key, destination }: FoundBinding) => `${source} --${routing_key}--> ${destination}`;

const minus = (all: readonly string[], without: readonly string[]) => {
  const known = new Set(without);
  return all.filter((each) => !known.has(each));
};

function missing(kind: string, asked: readonly Omit<Found, 'type'>[], found: readonly Found[]): string[] {
  const byName = new Map(found.map((each) => [each.name, each]));
  return asked.flatMap((each) => {
    const there = byName.get(each.name);
    if (!there) return [`missing ${kind} ${each.name}`];
    return differing({ ...each }, { ...there }).map((text) => `${kind} ${each.name}: ${text}`);
  });
}

function differing(asked: Record<string, unknown>, found: Record<string, unknown>): string[] {
  const wanted = { type: asked['type'], durable: asked['durable'], ...(asked['arguments'] as object) };
  const have: Record<string, unknown> = { type: found['type'], durable: found['durable'], ...(found['arguments'] as object) };
  return Object.entries(wanted)
    .filter(([name, value]) => value !== undefined && have[name] !== value)
    .map(([name, value]) => `${name} is ${String(have[name])} instead of ${String(value)}`);
}

/** The definitions for another vhost. */
function moved(definitions: Definitions, vhost: string): Definitions {
  const to = <T extends { vhost: string }>(entries: readonly T[]) => entries.map((entry) => ({ ...entry, vhost }));
  return {
    users: definitions.users,
    vhosts: [{ name: vhost }],
    permissions: to(definitions.permissions),
    topic_permissions: to(definitions.topic_permissions),
    policies: to(definitions.policies),
    exchanges: to(definitions.exchanges),
    queues: to(definitions.queues),
    bindings: to(definitions.bindings),
  };
}
