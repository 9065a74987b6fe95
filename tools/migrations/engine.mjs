/**
 * Prisma's migration engine as WebAssembly, for machines that cannot download the native one. It keeps the same
 * `_prisma_migrations` table, so `prisma migrate deploy` carries on where it is available.
 *
 * A process of its own: reads `[{ connectionString, schema, baseDir, lockfile, migrations: [{ name, sql }] }]` on stdin,
 * works them off in order, prints the names it applied as JSON, and ends with process.exit(), since the engine would
 * keep it alive for ten seconds more.
 */
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { bindMigrationAwareSqlAdapterFactory } from '@prisma/driver-adapter-utils';
import { PrismaPg } from '@prisma/adapter-pg';
import * as bindings from '@prisma/schema-engine-wasm/schema_engine_bg';
import pg from 'pg';

/** The adapter splits scripts at every semicolon, also inside functions, strings and comments: run them whole. */
class WholeScripts extends PrismaPg {
  constructor(pool, options) {
    super(pool, options);
    this.pool = pool;
  }
  async connect() {
    const adapter = await super.connect();
    adapter.executeScript = (sql) => this.pool.query(sql).then(() => undefined, (error) => adapter.onError(error));
    return adapter;
  }
}

async function loadEngine() {
  const directory = createRequire(import.meta.url).resolve('@prisma/schema-engine-wasm/schema_engine_bg');
  const bytes = readFileSync(directory.replace(/\.js$/, '.wasm'));
  const { instance } = await WebAssembly.instantiate(bytes, { './schema_engine_bg.js': bindings });
  bindings.__wbg_set_wasm(instance.exports);
  instance.exports.__wbindgen_start();
}

/** Both the adapter's schema and the search path: with neither, a second owner's history is taken as applied. */
async function apply({ connectionString, schema, baseDir, lockfile, migrations }) {
  const pool = new pg.Pool({ connectionString, options: `-c search_path=${schema}`, max: 2 });
  try {
    const factory = bindMigrationAwareSqlAdapterFactory(new WholeScripts(pool, { schema }));
    const engine = await bindings.SchemaEngine.new({ datamodels: undefined }, () => undefined, factory);
    const { appliedMigrationNames } = await engine.applyMigrations({
      migrationsList: {
        baseDir,
        lockfile: { path: 'migration_lock.toml', content: lockfile },
        shadowDbInitScript: '',
        migrationDirectories: migrations.map(({ name, sql }) => ({
          path: name,
          migrationFile: { path: 'migration.sql', content: { tag: 'ok', value: sql } },
        })),
      },
      filters: { externalTables: [], externalEnums: [] },
    });
    return appliedMigrationNames;
  } finally {
    await pool.end();
  }
}

const messageOf = (error) => {
  const text = error instanceof Error ? error.message : String(error);
  try {
    return JSON.parse(text).message ?? text;
  } catch {
    return text;
  }
};

let job;
try {
  await loadEngine();
  const applied = [];
  for (job of JSON.parse(readFileSync(0, 'utf8'))) applied.push(await apply(job));
  process.stdout.write(JSON.stringify(applied), () => process.exit(0));
} catch (error) {
  process.stderr.write(`Migrating schema "${job?.schema}" failed:\n${messageOf(error)}\n`, () => process.exit(1));
}
