import { join } from 'node:path';
import { READERS, rolePassword, type DatabaseName } from '../prisma/databases';
import { ToolError } from './fail';
import { databaseAt } from './migrations/sql';
import { ROOT } from './root';
import { SERVICES, type ServiceName } from './services/names';
import { ServiceProcess } from './services/process';
import { LOG_DIR } from './stack/places';
import { freePorts, holderOf, isFree } from './stack/ports';

export { firstPort, ORDER_SERVICES, SERVICES, type OrderService, type ServiceName } from './services/names';
export { ServiceProcess } from './services/process';

export interface ServicesOptions {
  readonly servers: { readonly amqpUrl: string; readonly databaseUrl: string };
  /** Holds the topology already. */
  readonly vhost: string;
  /** Before the databases' names; they exist already. */
  readonly databasePrefix?: string;
  /** Databases with names of their own (clones made for a test), by service; the prefix is for the others. */
  readonly databaseUrls?: Partial<Record<DatabaseName, string>>;
  /** The first service's port; the others follow. Default: any free ports. */
  readonly basePort?: number;
  /** For all services; `envOf` for one. */
  readonly env?: NodeJS.ProcessEnv;
  readonly envOf?: Partial<Record<ServiceName, NodeJS.ProcessEnv>>;
  /** For node itself: `['-C', '@comptoir/failpoints']` runs the build that can be made to crash. */
  readonly nodeArgs?: readonly string[];
  readonly only?: readonly ServiceName[];
  /** Processes per service; default 1. The first gets the service's port, the others any free one. */
  readonly replicas?: Partial<Record<ServiceName, number>>;
  readonly logDir?: string;
  readonly onLine?: (label: string, line: string) => void;
}

export interface Services {
  readonly all: readonly ServiceProcess[];
  /** The first process of a service. */
  of(name: ServiceName): ServiceProcess;
  /** Its REST address. */
  url(name: ServiceName): string;
  /** Drains and ends all of them at the same time. */
  stop(): Promise<void>;
}

/** Starts the services as processes of their own, from dist/, and waits until all are ready. Stops them again if one is not. */
export async function startServices(options: ServicesOptions): Promise<Services> {
  const names = options.only ?? SERVICES;
  const plans = names.flatMap((name) => Array.from({ length: options.replicas?.[name] ?? 1 }, (_, replica) => ({ name, replica })));
  const placed: Placed[] = [];
  const anyPorts = await freePorts(plans.length);
  for (const [index, { name, replica }] of plans.entries()) {
    const fixed = options.basePort !== undefined && replica === 0;
    const port = fixed ? await claimed(options.basePort + SERVICES.indexOf(name), name) : (anyPorts[index] ?? 0);
    placed.push({ name, replica, url: `http://127.0.0.1:${port}`, port });
  }
  const processes = placed.map((each) => ({ name: each.name, process: processOf(options, each, peersOf(each.name, placed)) }));
  const all = processes.map(({ process }) => process);
  const stop = async () => void (await Promise.all(all.map((process) => process.stop())));
  try {
    for (const process of all) process.start();
    await Promise.all(all.map((process) => process.ready()));
  } catch (error) {
    await stop();
    throw error;
  }
  const of = (name: ServiceName) => {
    const found = processes.find((each) => each.name === name);
    if (!found) throw new Error(`${name} was not started`);
    return found.process;
  };
  return { all, of, url: (name) => of(name).url, stop };
}

interface Placed {
  readonly name: ServiceName;
  readonly replica: number;
  readonly url: string;
  readonly port: number;
}

/** Whom a service asks over REST, and the variable that says where. */
const ASKS: Partial<Record<ServiceName, Readonly<Record<string, ServiceName>>>> = { claims: { ORDERS_URL: 'orders' } };

/** Addresses of the peers that are started with it; of others, `envOf` says. */
function peersOf(name: ServiceName, placed: readonly Placed[]): NodeJS.ProcessEnv {
  const asked = Object.entries(ASKS[name] ?? {}).flatMap(([variable, peer]) => {
    const url = placed.find((each) => each.name === peer)?.url;
    return url === undefined ? [] : [[variable, url]];
  });
  return Object.fromEntries(asked) as NodeJS.ProcessEnv;
}

function processOf(options: ServicesOptions, { name, replica, port, url }: Placed, peers: NodeJS.ProcessEnv): ServiceProcess {
  const label = replica === 0 ? name : `${name}#${replica + 1}`;
  const { COMPTOIR_DATABASE_URL: _database, COMPTOIR_AMQP_URL: _amqp, COMPTOIR_MANAGEMENT_URL: _management, ...inherited } = process.env;
  return new ServiceProcess({
    label,
    service: name,
    main: join(ROOT, 'apps', name, 'dist', 'main.js'),
    url,
    nodeArgs: options.nodeArgs ?? [],
    log: join(options.logDir ?? LOG_DIR, `${label}.log`),
    onLine: options.onLine,
    env: {
      ...inherited,
      LOG_LEVEL: process.env['LOG_LEVEL'] ?? 'info',
      ...peers,
      ...options.env,
      ...options.envOf?.[name],
      HOST: '127.0.0.1',
      PORT: String(port),
      AMQP_URL: brokerUrl(options.servers.amqpUrl, name, options.vhost),
      DATABASE_URL: databaseUrl(options, name, name),
      ...(readsFrom('event-store', name) ? { LOG_DATABASE_URL: databaseUrl(options, 'event-store', name) } : {}),
    },
  });
}

/** As the service's own user, in the vhost. */
function brokerUrl(amqpUrl: string, name: ServiceName, vhost: string): string {
  const url = new URL(amqpUrl);
  Object.assign(url, { username: name, password: rolePassword(name), pathname: `/${encodeURIComponent(vhost)}` });
  return url.toString();
}

const readsFrom = (database: DatabaseName, name: ServiceName) => READERS[database]?.[name] !== undefined;

/** As the service's own role. */
function databaseUrl(options: ServicesOptions, database: DatabaseName, role: ServiceName): string {
  const { databaseUrls, databasePrefix = '', servers } = options;
  const url = new URL(databaseUrls?.[database] ?? databaseAt(servers.databaseUrl, databasePrefix + database));
  Object.assign(url, { username: role, password: rolePassword(role) });
  return url.toString();
}

async function claimed(port: number, name: ServiceName): Promise<number> {
  if (await isFree(port)) return port;
  const holder = holderOf(port) ?? 'a process that cannot be seen from here';
  throw new ToolError(
    'port-busy',
    `Port ${port} (${name}) is in use by ${holder}.\nStop it, or move the services with COMPTOIR_HTTP_PORT=<first of ${SERVICES.length} ports>.`,
    { name, port, holder },
  );
}
