import { existsSync, readFileSync } from 'node:fs';
import type { DatabaseName } from '../prisma/databases';
import { runTool, ToolError } from './fail';
import { migrateAll } from './migrate';
import { say, step } from './progress';
import { ensureStack, type Servers } from './stack';
import { VHOST } from './stack/reset';
import { partFor } from './topology-part';
import { DEFINITIONS_FILE, importDefinitions } from './topology';

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
  if (!existsSync(DEFINITIONS_FILE)) throw new ToolError('no-topology', `${DEFINITIONS_FILE} is missing: npm run topology writes it`);
  const all = JSON.parse(readFileSync(DEFINITIONS_FILE, 'utf8')) as Parameters<typeof importDefinitions>[2];
  const definitions = services ? partFor(services, all) : all;
  const { leftOver } = await step('Importing the topology', () => importDefinitions(managementUrl, vhost, definitions));
  for (const each of leftOver) say(`  The broker also has ${each}, which no service declares any more.`);
}

if (require.main === module) void runTool(async () => provision(await ensureStack()));
