import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT } from '../root';

export interface Migration {
  readonly name: string;
  readonly sql: string;
  /** As Prisma computes it: SHA-256 of the file, in hex. */
  readonly checksum: string;
}

/** An owner's migrations in their order. */
export interface History {
  readonly owner: string;
  readonly baseDir: string;
  readonly lockfile: string | null;
  readonly migrations: readonly Migration[];
}

export function historyOf(owner: string): History {
  const baseDir = join(ROOT, 'prisma', owner, 'migrations');
  const names = existsSync(baseDir) ? readdirSync(baseDir).filter((name) => existsSync(join(baseDir, name, 'migration.sql'))) : [];
  const lockfile = join(baseDir, 'migration_lock.toml');
  return {
    owner,
    baseDir,
    lockfile: existsSync(lockfile) ? readFileSync(lockfile, 'utf8') : null,
    migrations: names.sort().map((name) => {
      const sql = readFileSync(join(baseDir, name, 'migration.sql'), 'utf8');
      return { name, sql, checksum: createHash('sha256').update(sql).digest('hex') };
    }),
  };
}

/** Names a state of several histories, in order: equal hashes, equal databases. */
export function fingerprintOf(histories: readonly History[]): string {
  const hash = createHash('sha256');
  for (const { owner, migrations } of histories) {
    hash.update(`${owner}\n`);
    for (const { name, checksum } of migrations) hash.update(`${name} ${checksum}\n`);
  }
  return hash.digest('hex').slice(0, 12);
}
