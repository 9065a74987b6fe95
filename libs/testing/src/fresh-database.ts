import { Client, escapeIdentifier } from 'pg';
import { disposableName, isLeftOver } from './disposable-name';
import { servers } from './servers';
import { ensureTemplate, readersOf } from './template';

export interface FreshDatabase {
  readonly name: string;
  /** As the service's role: reads and writes rows, and nothing else. */
  readonly url: string;
  /** As superuser. */
  readonly adminUrl: string;
  /** As another service's role, which may read what is published for it. */
  urlFor(reader: string): string;
  drop(): Promise<void>;
}

/**
 * A database of one's own, migrated, empty, in some 100 ms: a clone of a template. `name` is a service's
 * (`inventory`), whose role and schemas it gets; with `owners`, any name and those schemas
 * (`freshDatabase('outbox', ['messaging'])`). Dropped by `drop`, or a day later by another run.
 */
export async function freshDatabase(name: string, owners?: readonly string[]): Promise<FreshDatabase> {
  const { databaseUrl } = servers();
  const database = disposableName(name, new Date());
  const identifier = escapeIdentifier(database);
  await asAdmin(databaseUrl, async (admin) => {
    const template = await ensureTemplate(admin, name, owners);
    await sweepOnce(admin);
    await admin.query(`CREATE DATABASE ${identifier} TEMPLATE ${escapeIdentifier(template)}`);
    await admin.query(`REVOKE ALL ON DATABASE ${identifier} FROM PUBLIC`);
    // Rights on a database are not cloned, those on what is in it are.
    for (const role of [name, ...readersOf(name)])
      await admin.query(`GRANT CONNECT ON DATABASE ${identifier} TO ${escapeIdentifier(role)}`);
  });
  const urlFor = (role: string) => urlOf(databaseUrl, database, { user: role, password: `${role}-dev` });
  return {
    name: database,
    url: urlFor(name),
    adminUrl: urlOf(databaseUrl, database),
    urlFor,
    drop: () => asAdmin(databaseUrl, (admin) => drop(admin, database)),
  };
}

const drop = async (admin: Client, database: string) => {
  await admin.query(`DROP DATABASE IF EXISTS ${escapeIdentifier(database)} WITH (FORCE)`);
};

async function asAdmin<T>(url: string, work: (admin: Client) => Promise<T>): Promise<T> {
  const admin = new Client({ connectionString: url });
  await admin.connect();
  try {
    return await work(admin);
  } finally {
    await admin.end();
  }
}

let swept = false;

async function sweepOnce(admin: Client): Promise<void> {
  if (swept) return;
  swept = true;
  const { rows } = await admin.query<{ name: string }>(`SELECT datname AS name FROM pg_database WHERE datname LIKE 'test-%'`);
  for (const { name } of rows.filter((row) => isLeftOver(row.name, new Date()))) await drop(admin, name);
}

function urlOf(serverUrl: string, database: string, account?: { user: string; password: string }): string {
  const url = new URL(serverUrl);
  url.pathname = `/${database}`;
  if (account) Object.assign(url, { username: account.user, password: account.password });
  return url.toString();
}
