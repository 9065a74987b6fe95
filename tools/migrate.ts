import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { DATABASES, DATABASE_NAMES, type DatabaseName } from '../prisma/databases';
import { runTool } from './fail';
import { buildTemplate, migrateDatabase } from './migrations/databases';
import { exclusively } from './migrations/sql';
import { step } from './progress';
import { ROOT } from './root';
import { ensureStack } from './stack';

/** Creates and migrates every service's database, or some; `prefix` sets several systems on one server apart. */
export async function migrateAll(serverUrl: string, prefix = '', names: readonly DatabaseName[] = DATABASE_NAMES): Promise<number> {
  return step('Migrating the databases', () =>
    exclusively(serverUrl, async (admin) => {
      let applied = 0;
      for (const name of names) {
        const owners = DATABASES[name].filter((owner) => existsSync(join(ROOT, 'prisma', owner)));
        applied += await migrateDatabase(admin, serverUrl, { database: prefix + name, role: name, owners });
      }
      return applied;
    }),
  );
}

/** `migrate [--prefix p]`, or `migrate --template template role owner...` for tests. */
async function main(args: readonly string[]): Promise<void> {
  const { databaseUrl } = await ensureStack();
  if (args[0] === '--template') {
    const [, template = '', role = '', ...owners] = args;
    return exclusively(databaseUrl, (admin) => buildTemplate(admin, databaseUrl, { template, role, owners }));
  }
  const applied = await migrateAll(databaseUrl, args[0] === '--prefix' ? args[1] : '');
  console.log(applied === 0 ? 'All databases are up to date.' : `Applied ${applied} migrations.`);
}

if (require.main === module) void runTool(() => main(process.argv.slice(2)));
