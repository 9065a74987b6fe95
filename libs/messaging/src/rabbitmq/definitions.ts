import { createHash } from 'node:crypto';
import { COMMANDS, DEAD_LETTERS, EVENTS, REPLAYS, type ServiceDescription, type Topology } from '../topology';

interface Named {
  readonly name: string;
}
interface InVhost {
  readonly vhost: string;
}
type Arguments = Readonly<Record<string, string | number>>;

/** What RabbitMQ calls definitions: the body of `/api/definitions`, and the file `load_definitions` names. */
export interface Definitions {
  readonly vhosts: readonly Named[];
  readonly users: readonly (Named & { password_hash: string; hashing_algorithm: string; tags: readonly string[] })[];
  readonly permissions: readonly (InVhost & { user: string; configure: string; write: string; read: string })[];
  readonly topic_permissions: readonly (InVhost & { user: string; exchange: string; write: string; read: string })[];
  readonly policies: readonly (Named & InVhost & {
    pattern: string;
    'apply-to': string;
    priority: number;
    definition: Arguments;
  })[];
  readonly exchanges: readonly (Named & InVhost & {
    type: string;
    durable: boolean;
    auto_delete: boolean;
    internal: boolean;
    arguments: Arguments;
  })[];
  readonly queues: readonly (Named & InVhost & { durable: boolean; auto_delete: boolean; arguments: Arguments })[];
  readonly bindings: readonly (InVhost & {
    source: string;
    destination: string;
    destination_type: string;
    routing_key: string;
    arguments: Arguments;
  })[];
}

export const VHOST = 'comptoir';
export const ADMIN = 'comptoir';
/** The passwords of a developer's machine; elsewhere operators set their own, which an import leaves as they are. */
export const devPassword = (user: string) => `${user}-dev`;

/** A full queue refuses, and the sender's outbox keeps the message: memory and disk of the broker stay bounded. */
const MAX_LENGTH = 1_000_000;

/** The broker's definitions for a topology: the same input gives the same text, so that a stale file shows. */
export function definitionsOf(topology: Topology, vhost: string = VHOST): Definitions {
  return {
    vhosts: [{ name: vhost }],
    users: [user(ADMIN, ['administrator']), ...topology.services.map(({ name }) => user(name, []))],
    permissions: [
      { user: ADMIN, vhost, configure: '.*', write: '.*', read: '.*' },
      ...topology.services.map((service) => permissionOf(service, topology, vhost)),
    ],
    topic_permissions: topology.services.flatMap((service) =>
      [...writable(service, topology)].map(([exchange, write]) => ({
        user: service.name,
        vhost,
        exchange,
        write,
        read: NOTHING,
      })),
    ),
    policies: policiesOf(topology, vhost),
    exchanges: topology.exchanges.map(({ name, type, durable }) => ({
      name,
      vhost,
      type,
      durable,
      auto_delete: false,
      internal: false,
      arguments: {},
    })),
    queues: topology.queues.map(({ name, durable, arguments: args }) => ({
      name,
      vhost,
      durable,
      auto_delete: false,
      arguments: args,
    })),
    bindings: topology.bindings.map(({ exchange, queue, key }) => ({
      source: exchange,
      vhost,
      destination: queue,
      destination_type: 'queue',
      routing_key: key,
      arguments: {},
    })),
  };
}

/** What operators may want to tune. One policy applies to a queue at a time, so nothing a message's safety needs is here. */
function policiesOf(topology: Topology, vhost: string): Definitions['policies'] {
  const services = topology.services.map(({ name }) => name);
  const policy = (name: string, pattern: string) => ({
    name,
    vhost,
    pattern,
    'apply-to': 'queues',
    priority: 0,
    definition: { 'max-length': MAX_LENGTH, 'queue-leader-locator': 'balanced' },
  });
  return [
    policy('work', `^${oneOf(services)}\\.[^.]+$`),
    policy('dead', `^${oneOf(services)}\\.[^.]+\\.dead$`),
    policy('retry', '^retry\\.[^.]+$'),
  ];
}

/** Matches nothing that has a name. */
const NOTHING = '^$';

function permissionOf(service: ServiceDescription, topology: Topology, vhost: string): Definitions['permissions'][number] {
  const exchanges = [...writable(service, topology).keys()];
  return {
    user: service.name,
    vhost,
    configure: NOTHING,
    write: exchanges.length > 0 ? `^${oneOf(exchanges)}$` : NOTHING,
    read: service.queues.length > 0 ? ownQueues(service) : NOTHING,
  };
}

/** The exchanges a service publishes to, and which routing keys. A retry or a dead letter is of its own queues only. */
function writable(service: ServiceDescription, topology: Topology): Map<string, string> {
  const { name, commands, events, queues, replays } = service;
  const own = ownQueues(service);
  const returning = topology.queues.filter(({ kind }) => kind === 'retry');
  return new Map([
    ...(commands.length > 0 ? [[COMMANDS, `^${oneOf(commands)}$`] as const] : []),
    ...(events.length > 0 ? [[EVENTS, `^${escape(name)}\\.[^.]+\\.[^.]+$`] as const] : []),
    ...(replays ? [[REPLAYS, ANY_QUEUE] as const] : []),
    ...(queues.length > 0 ? [[DEAD_LETTERS, own] as const, ...returning.map((queue) => [queue.name, own] as const)] : []),
  ]);
}

/** Those that are not bound there return it. */
const ANY_QUEUE = '^[^.]+\\.[^.]+$';
const ownQueues = ({ name }: ServiceDescription) => `^${escape(name)}\\.[^.]+$`;
const escape = (text: string) => text.replaceAll('.', '\\.');
const oneOf = (names: readonly string[]) => `(${names.map(escape).join('|')})`;

function user(name: string, tags: readonly string[]): Definitions['users'][number] {
  // RabbitMQ stores salt and hash; the salt follows from the name, so that generating again changes nothing.
  const salt = sha256(Buffer.from(name)).subarray(0, 4);
  const hash = sha256(Buffer.concat([salt, Buffer.from(devPassword(name))]));
  return {
    name,
    password_hash: Buffer.concat([salt, hash]).toString('base64'),
    hashing_algorithm: 'rabbit_password_hashing_sha256',
    tags,
  };
}

const sha256 = (data: Buffer) => createHash('sha256').update(data).digest();
