import { join } from 'node:path';
import { escapeIdentifier } from 'pg';
import { DATABASE_NAMES } from '../../prisma/databases';
import { build } from '../build';
import { databasesAt } from '../invariants';
import { withClient } from '../migrations/sql';
import { step } from '../progress';
import { provision } from '../provision';
import { openStock, offerProducts, untilOffersAreKnown } from '../rest/load-shop';
import { RestClient } from '../rest/rest-client';
import { ORDER_SERVICES, startServices, type Services } from '../services';
import type { Servers } from '../stack';
import { management } from '../stack/management';
import { LOG_DIR } from '../stack/places';
import { PRODUCTS, skuOf, STOCK } from './plan';

export const PREFIX = 'bench_';
export const BENCH_VHOST = 'bench';

/** A system of its own on the same servers, empty at the start and gone at the end. */
export async function freshSystem(servers: Servers, profileDir: string | undefined): Promise<Services> {
  await build();
  await dropSystem(servers);
  await provision(servers, { vhost: BENCH_VHOST, databasePrefix: PREFIX, services: ORDER_SERVICES });
  return step('Starting the services', () =>
    startServices({
      servers,
      vhost: BENCH_VHOST,
      only: ORDER_SERVICES,
      databasePrefix: PREFIX,
      logDir: join(LOG_DIR, 'bench'),
      env: { LOG_LEVEL: 'warn', NODE_ENV: 'production' },
      nodeArgs: profileDir === undefined ? [] : ['--cpu-prof', `--cpu-prof-dir=${profileDir}`],
    }),
  );
}

export async function dropSystem({ databaseUrl, managementUrl }: Servers): Promise<void> {
  await withClient(databaseUrl, async (admin) => {
    for (const name of DATABASE_NAMES) await admin.query(`DROP DATABASE IF EXISTS ${escapeIdentifier(PREFIX + name)} WITH (FORCE)`);
  });
  await management(managementUrl).delete(`/vhosts/${BENCH_VHOST}`);
}

/** Products, and more stock of each than any run takes. */
export async function fillShop(services: Services, servers: Servers): Promise<void> {
  const [catalog, inventory] = [new RestClient(services.url('catalog')), new RestClient(services.url('inventory'))];
  try {
    const numbers = Array.from({ length: PRODUCTS }, (_, nth) => nth);
    await offerProducts(catalog, numbers.map((nth) => ({ sku: skuOf(nth), name: `Product ${nth}`, currency: 'GBP', price: 100 + nth })));
    await openStock(inventory, numbers.map((nth) => ({ sku: skuOf(nth), quantity: STOCK })));
    await untilOffersAreKnown(databasesAt(servers.databaseUrl, PREFIX));
  } finally {
    await Promise.all([catalog.close(), inventory.close()]);
  }
}
