import type { Definitions } from './definitions';
import { MessagingError } from '../errors';

/** The broker does not hold what was asked of it after an import. `data.differences` has one line for each. */
export class TopologyMismatch extends MessagingError {
  readonly code = 'topology-mismatch';
}

/** The management API answered with an error. */
export class ManagementRequestFailed extends MessagingError {
  readonly code = 'management-request-failed';
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
  const api = management(managementUrl);
  const there = new Set((await api.get<{ name: string }>('users')).map(({ name }) => name));
  const inVhost = moved(definitions, vhost);
  await api.post('definitions', { ...inVhost, users: definitions.users.filter(({ name }) => !there.has(name)) });
  const path = encodeURIComponent(vhost);
  const [exchanges, queues, bindings] = await Promise.all([
    api.get<Found>(`exchanges/${path}`),
    api.get<Found>(`queues/${path}`),
    api.get<FoundBinding>(`bindings/${path}`),
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

function management(url: string) {
  const { origin, username, password } = new URL(url);
  const authorization = `Basic ${Buffer.from(`${decodeURIComponent(username)}:${decodeURIComponent(password)}`).toString('base64')}`;
  const call = async (method: string, path: string, body?: unknown) => {
    const response = await fetch(`${origin}/api/${path}`, {
      method,
      headers: { authorization, 'content-type': 'application/json' },
      body: body === undefined ? undefined : JSON.stringify(body),
      signal: AbortSignal.timeout(60_000),
    });
    if (response.ok) return response;
    const answer = await response.text();
    throw new ManagementRequestFailed(`${method} /api/${path}: ${response.status} ${answer}`, { status: response.status, answer });
  };
  return {
    get: async <T>(path: string) => (await (await call('GET', path)).json()) as readonly T[],
    post: async (path: string, body: unknown) => void (await call('POST', path, body)),
  };
}
