import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { promisify } from 'node:util';
import type { Client } from 'pg';

/** What Jest's global set-up tells about the checkout. */
interface Workspace {
  /** The command that builds a template: program and arguments; the template's name, role and owners follow. */
  readonly buildTemplate: readonly string[];
  /** Owners of a schema by database. */
  readonly databases: Readonly<Record<string, readonly string[]>>;
  /** Who may read what of another's database. */
  readonly readers?: Readonly<Record<string, Readonly<Record<string, readonly string[]>>>>;
  /** The state of each owner's migrations. */
  readonly fingerprints: Readonly<Record<string, string>>;
}

function workspace(): Workspace {
  const text = process.env['COMPTOIR_WORKSPACE'];
  if (!text) throw new Error('COMPTOIR_WORKSPACE is not set: Jest\'s global set-up for tests with servers sets it');
  return JSON.parse(text) as Workspace;
}

/** Roles that may read something of this database, beside its own. */
export const readersOf = (name: string): readonly string[] => Object.keys(workspace().readers?.[name] ?? {});

/** The migrated database to clone from, built once per state of the migrations. */
export async function ensureTemplate(admin: Client, name: string, chosen?: readonly string[]): Promise<string> {
  const { buildTemplate, databases, fingerprints } = workspace();
  const owners = chosen ?? databases[name];
  if (!owners) throw new Error(`There is no database "${name}" in prisma/databases.ts; name the owners of its schemas`);
  const state = owners.map((owner) => {
    const fingerprint = fingerprints[owner];
    if (!fingerprint) throw new Error(`There are no migrations in prisma/${owner}`);
    return `${owner} ${fingerprint}`;
  });
  const readers = workspace().readers?.[name];
  if (readers) state.push(JSON.stringify(readers));
  const template = `template_${name}_${createHash('sha256').update(state.join('\n')).digest('hex').slice(0, 12)}`;
  const { rowCount } = await admin.query('SELECT 1 FROM pg_database WHERE datname = $1 AND datistemplate', [template]);
  if (!rowCount) {
    const [program = '', ...args] = buildTemplate;
    await promisify(execFile)(program, [...args, template, name, ...owners]);
  }
  return template;
}
