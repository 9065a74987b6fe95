import type { DatabaseName } from '../prisma/databases';
import { runTool } from './fail';
import { migrateAll } from './migrate';
import { say, step } from './progress';
import { ensureStack, type Servers } from './stack';
import { VHOST } from './stack/reset';
import { importDefinitions } from './topology';
import { definitionsFor } from './topology-part';

export interface Provision {
  readonly vhost?: string;
  readonly databasePrefix?: string;
  /** Only their queues. Default: those of all services. */
  readonly services?: readonly string[];
  /** Default: all. */
  readonly databases?: readonly DatabaseName[];
}

/**
 * What has to exist before a service can start: databases, roles and tables; virtual host, exchanges, queues, bindings
 * and users. Idempotent.
 */
export async function provision(servers: Servers, options: Provision = {}): Promise<void> {
  await Promise.all([migrateAll(servers.databaseUrl, options.databasePrefix, options.databases), importTopology(servers, options.vhost ?? VHOST, options.services)]);
}

/** The virtual host with its exchanges, queues and bindings, and the services' users. */
export async function importTopology({ managementUrl }: Pick<Servers, 'managementUrl'>, vhost: string, services?: readonly string[]): Promise<void> {
  const { leftOver } = await step('Importing the topology', () => importDefinitions(managementUrl, vhost, definitionsFor(services)));
  for (const each of leftOver) say(`  The broker also has ${each}, which no service declares any more.`);
}

if (require.main === module) void runTool(async () => provision(await ensureStack()));
