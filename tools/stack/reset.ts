import { DATABASE_NAMES } from '../../prisma/databases';
import { withClient } from '../migrations/sql';
import { step } from '../progress';
import { management } from './management';
import { givenBy, type Servers } from './servers';

export const VHOST = 'comptoir';

/**
 * Wipes Comptoir's databases and virtual host. On servers of our own also what tests left; on somebody else's only
 * what is named like ours.
 */
export async function resetStack(servers: Servers): Promise<void> {
  const given = givenBy(process.env);
  await step('Wiping the databases', () => dropDatabases(servers.databaseUrl, !given.databaseUrl));
  await step('Wiping the virtual hosts', () => dropVhosts(servers.managementUrl, !given.broker));
}

async function dropDatabases(databaseUrl: string, all: boolean): Promise<void> {
  await withClient(databaseUrl, async (client) => {
    const { rows } = await client.query<{ name: string }>(
      `SELECT datname AS name FROM pg_database
       WHERE datname = ANY($1) OR ($2 AND datname NOT IN ('postgres', 'template0', 'template1'))`,
      [DATABASE_NAMES, all],
    );
    for (const { name } of rows) {
      await client.query(`ALTER DATABASE ${client.escapeIdentifier(name)} IS_TEMPLATE false`);
      await client.query(`DROP DATABASE IF EXISTS ${client.escapeIdentifier(name)} WITH (FORCE)`);
    }
  });
}

async function dropVhosts(managementUrl: string, all: boolean): Promise<void> {
  const api = management(managementUrl);
  const vhosts = await api.get<{ name: string }[]>('/vhosts');
  for (const { name } of vhosts.filter((vhost) => vhost.name === VHOST || (all && vhost.name !== '/'))) {
    await api.delete(`/vhosts/${encodeURIComponent(name)}`);
  }
}
