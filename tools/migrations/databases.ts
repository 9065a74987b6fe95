import type { Client } from 'pg';
import { READERS, rolePassword, type DatabaseName } from '../../prisma/databases';
import { applyHistories } from './apply';
import { historyOf } from './history';
import { databaseAt, withClient } from './sql';

/** Creates the role if there is none. It can log in and nothing else; what it reaches is granted per database. */
async function ensureRole(admin: Client, role: string): Promise<void> {
  const { rowCount } = await admin.query('SELECT 1 FROM pg_roles WHERE rolname = $1', [role]);
  if (rowCount === 0) {
    await admin.query(`CREATE ROLE ${admin.escapeIdentifier(role)} LOGIN PASSWORD ${admin.escapeLiteral(rolePassword(role))}`);
  }
}

async function ensureDatabase(admin: Client, database: string): Promise<void> {
  const { rowCount } = await admin.query('SELECT 1 FROM pg_database WHERE datname = $1', [database]);
  if (rowCount === 0) await admin.query(`CREATE DATABASE ${admin.escapeIdentifier(database)}`);
}

/** Nobody but administrators and the role may connect. */
async function admit(admin: Client, database: string, role: string): Promise<void> {
  const [db, to] = [admin.escapeIdentifier(database), admin.escapeIdentifier(role)];
  await admin.query(`REVOKE ALL ON DATABASE ${db} FROM PUBLIC; GRANT CONNECT ON DATABASE ${db} TO ${to}`);
}

/** Rows, yes; tables, functions and the history of migrations, no. */
async function grant(client: Client, owner: string, role: string): Promise<void> {
  const { rowCount } = await client.query('SELECT 1 FROM pg_namespace WHERE nspname = $1', [owner]);
  if (rowCount === 0) return;
  const [schema, to] = [client.escapeIdentifier(owner), client.escapeIdentifier(role)];
  const table = `${schema}._prisma_migrations`;
  await client.query(`
    GRANT USAGE ON SCHEMA ${schema} TO ${to};
    GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA ${schema} TO ${to};
    GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA ${schema} TO ${to};
    GRANT EXECUTE ON ALL FUNCTIONS IN SCHEMA ${schema} TO ${to};
    ALTER DEFAULT PRIVILEGES IN SCHEMA ${schema} GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO ${to};
    ALTER DEFAULT PRIVILEGES IN SCHEMA ${schema} GRANT USAGE, SELECT ON SEQUENCES TO ${to};
    ALTER DEFAULT PRIVILEGES IN SCHEMA ${schema} GRANT EXECUTE ON FUNCTIONS TO ${to};
    DO $$ BEGIN
      IF to_regclass('${table}') IS NOT NULL THEN REVOKE ALL ON ${table} FROM ${to}; END IF;
    END $$;
  `);
}

/** Others' roles may read what is published for them: single views, and nothing else of the schema. */
async function admitReaders(admin: Client, client: Client, { database, role }: DatabasePlan): Promise<void> {
  for (const [reader, relations = []] of Object.entries(READERS[role as DatabaseName] ?? {})) {
    await ensureRole(admin, reader);
    const to = admin.escapeIdentifier(reader);
    await admin.query(`GRANT CONNECT ON DATABASE ${admin.escapeIdentifier(database)} TO ${to}`);
    for (const relation of relations) {
      const { rows } = await client.query<{ there: boolean }>('SELECT to_regclass($1) IS NOT NULL AS there', [relation]);
      if (!rows[0]?.there) continue; // this database has not all of its owners' schemas
      const [schema = '', name = ''] = relation.split('.');
      await client.query(`
        GRANT USAGE ON SCHEMA ${client.escapeIdentifier(schema)} TO ${to};
        GRANT SELECT ON ${client.escapeIdentifier(schema)}.${client.escapeIdentifier(name)} TO ${to};
      `);
    }
  }
}

export interface DatabasePlan {
  readonly database: string;
  readonly role: string;
  readonly owners: readonly string[];
}

/**
 * Brings one database to the state its owners' migrations describe, with a role that reaches its rows. Idempotent, and
 * quick when there is nothing to do. Returns the number of migrations applied. Call it inside `exclusively`.
 */
export async function migrateDatabase(admin: Client, serverUrl: string, plan: DatabasePlan): Promise<number> {
  await ensureRole(admin, plan.role);
  await ensureDatabase(admin, plan.database);
  await admit(admin, plan.database, plan.role);
  const url = databaseAt(serverUrl, plan.database);
  return withClient(url, async (client) => {
    const applied = await applyHistories(client, url, plan.owners.map(historyOf));
    for (const owner of plan.owners) await grant(client, owner, plan.role);
    await admitReaders(admin, client, plan);
    return applied;
  });
}

export interface TemplatePlan {
  /** Says which state of the migrations it holds: what is there under this name is not built again. */
  readonly template: string;
  readonly role: string;
  readonly owners: readonly string[];
}

/** Builds a database to clone from, unless it is there already. It is marked as template only when complete. */
export async function buildTemplate(admin: Client, serverUrl: string, { template, role, owners }: TemplatePlan): Promise<void> {
  const { rowCount } = await admin.query('SELECT 1 FROM pg_database WHERE datname = $1 AND datistemplate', [template]);
  if (rowCount) return;
  await dropOldTemplates(admin, role);
  const identifier = admin.escapeIdentifier(template);
  await admin.query(`DROP DATABASE IF EXISTS ${identifier} WITH (FORCE)`);
  await migrateDatabase(admin, serverUrl, { database: template, role, owners });
  // Nobody can connect: a clone is refused while somebody is.
  await admin.query(`ALTER DATABASE ${identifier} IS_TEMPLATE true ALLOW_CONNECTIONS false`);
}

/** Of states of the migrations that nobody may use any more: built more than a week ago, and now there is a newer one. */
async function dropOldTemplates(admin: Client, role: string): Promise<void> {
  const { rows } = await admin.query<{ name: string }>(
    `SELECT datname AS name FROM pg_database
     WHERE datistemplate AND starts_with(datname, 'template_' || $1 || '_')
       AND (pg_stat_file('base/' || oid || '/PG_VERSION', true)).modification < now() - interval '7 days'`,
    [role],
  );
  for (const { name } of rows) {
    const identifier = admin.escapeIdentifier(name);
    await admin.query(`ALTER DATABASE ${identifier} IS_TEMPLATE false`);
    await admin.query(`DROP DATABASE ${identifier} WITH (FORCE)`);
  }
}
