import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { DATABASES, READERS } from '../prisma/databases';
import { generateClients } from './generate';
import { fingerprintOf, historyOf } from './migrations/history';
import { ROOT } from './root';
import { ensureStack } from './stack/ensure';
import { asEnvironment } from './stack/servers';

/** Before integration and end-to-end tests: servers, generated clients, and what `@comptoir/testing` needs to know. */
export default async function setUp(): Promise<void> {
  await generateClients();
  Object.assign(process.env, asEnvironment(await ensureStack()));
  const owners = readdirSync(join(ROOT, 'prisma'), { withFileTypes: true }).filter((entry) => entry.isDirectory());
  process.env['COMPTOIR_WORKSPACE'] = JSON.stringify({
    buildTemplate: [
      process.execPath, '-C', '@comptoir/source', '-r', '@swc-node/register', join(ROOT, 'tools/migrate.ts'), '--template',
    ],
    databases: DATABASES,
    readers: READERS,
    fingerprints: Object.fromEntries(owners.map(({ name }) => [name, fingerprintOf([historyOf(name)])])),
  });
}
