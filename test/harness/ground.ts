import { freshDatabase, freshVhost, servers } from '@comptoir/testing';
import { databasesAt, type DatabaseUrls } from '../../tools/invariants';
import { DATABASE_NAMES, type DatabaseName } from '../../prisma/databases';
import type { Servers } from '../../tools/stack';
import type { ServiceName } from '../../tools/services';
import { definitionsFor } from '../../tools/topology-part';

/** What a system stands on: a virtual host with the topology, and all migrated databases. */
export interface Ground {
  readonly servers: Pick<Servers, 'amqpUrl' | 'databaseUrl' | 'managementUrl'>;
  readonly vhost: string;
  /** An administrator's. */
  readonly databases: DatabaseUrls;
  /** The services' own, where the databases have names of their own. */
  readonly databaseUrls?: Readonly<Record<DatabaseName, string>>;
  drop(): Promise<void>;
}

/** On the servers all tests share, empty: dropped afterwards. It has the queues of these services only. */
export async function freshGround(name: string, services: readonly ServiceName[]): Promise<Ground> {
  const definitions = definitionsFor(services);
  const [vhost, ...databases] = await Promise.all([
    freshVhost(definitions, { name }),
    ...DATABASE_NAMES.map((database) => freshDatabase(database)),
  ]);
  const urls = (pick: (database: (typeof databases)[number]) => string) =>
    Object.fromEntries(DATABASE_NAMES.map((name, index) => [name, pick(databases[index]!)])) as Record<DatabaseName, string>;
  return {
    servers: servers(),
    vhost: vhost.name,
    databases: urls(({ adminUrl }) => adminUrl),
    databaseUrls: urls(({ url }) => url),
    drop: async () => void (await Promise.all([vhost.drop(), ...databases.map((database) => database.drop())])),
  };
}

/** What `npm run provision` has made on servers of one's own. */
export const provisionedGround = (own: Ground['servers'], vhost: string): Ground => ({
  servers: own,
  vhost,
  databases: databasesAt(own.databaseUrl),
  drop: async () => undefined,
});
