import { existsSync, readFileSync } from 'node:fs';
import { runTool, ToolError } from './fail';
import { migrateAll } from './migrate';
import { say, step } from './progress';
import { ensureStack, type Servers } from './stack';
import { VHOST } from './stack/reset';
import { DEFINITIONS_FILE, importDefinitions } from './topology';

/**
 * What has to exist before a service can start: databases, roles and tables; virtual host, exchanges, queues, bindings
 * and users. Idempotent.
 */
export async function provision(servers: Servers, options: { vhost?: string; databasePrefix?: string } = {}): Promise<void> {
  await Promise.all([migrateAll(servers.databaseUrl, options.databasePrefix), importTopology(servers, options.vhost ?? VHOST)]);
}

/** The virtual host with its exchanges, queues and bindings, and the services' users. */
export async function importTopology({ managementUrl }: Pick<Servers, 'managementUrl'>, vhost: string): Promise<void> {
  if (!existsSync(DEFINITIONS_FILE)) throw new ToolError('no-topology', `${DEFINITIONS_FILE} is missing: npm run topology writes it`);
  const definitions = JSON.parse(readFileSync(DEFINITIONS_FILE, 'utf8')) as Parameters<typeof importDefinitions>[2];
  const { leftOver } = await step('Importing the topology', () => importDefinitions(managementUrl, vhost, definitions));
  for (const each of leftOver) say(`  The broker also has ${each}, which no service declares any more.`);
}

if (require.main === module) void runTool(async () => provision(await ensureStack()));
