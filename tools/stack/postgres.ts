import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { chownSync, existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { Client } from 'pg';
import { step } from '../progress';
import type { PostgresBinaries } from './binaries';
import { accountOf, serverDir, STACK_DIR } from './places';
import { requireFree, type Ports } from './ports';
import { startDetached, untilReady, type Account, type ServerRecord } from './processes';

/** Durable (fsync and synchronous commit stay on); sized for a developer's machine. */
const settings = (port: number) => `
listen_addresses = '127.0.0.1'
port = ${port}
unix_socket_directories = ''
max_connections = 200
shared_buffers = '512MB'
wal_compression = on
max_wal_size = '4GB'
checkpoint_timeout = '15min'
autovacuum_naptime = '10s'
random_page_cost = 1.1
jit = off
timezone = 'UTC'
log_timezone = 'UTC'
log_line_prefix = '%m [%p] %u@%d '
`;

const passwordFile = () => join(STACK_DIR, 'postgres.password');

/** The URL of the private server's superuser. Its password is generated: a superuser can run programs as its account. */
export const postgresUrl = (ports: Ports) =>
  `postgresql://comptoir:${readFileSync(passwordFile(), 'utf8')}@127.0.0.1:${ports.postgres}/postgres`;

/** Starts the server without waiting for it: see `untilPostgresAnswers`. */
export async function startPostgres(binaries: PostgresBinaries, ports: Ports): Promise<ServerRecord> {
  await requireFree({ postgres: ports.postgres });
  const account = accountOf('postgres');
  const home = serverDir('postgres', account);
  const data = join(home, 'data');
  const log = join(home, 'postgres.log');
  if (!existsSync(join(data, 'PG_VERSION')) || !existsSync(passwordFile())) {
    await step('Creating the PostgreSQL cluster', () => initialise(binaries, home, data, account));
  }
  writeFileSync(join(data, 'comptoir.conf'), settings(ports.postgres), { mode: 0o644 });
  const record = await startDetached(binaries.postgres, ['-D', data], { cwd: home, log, env: environment(home), account });
  return { ...record, log };
}

export const untilPostgresAnswers = (record: ServerRecord, ports: Ports) =>
  step('Starting PostgreSQL', () => untilReady('PostgreSQL', record, () => answers(postgresUrl(ports)), 60_000));

async function initialise(binaries: PostgresBinaries, home: string, data: string, account: Account | undefined): Promise<void> {
  rmSync(data, { recursive: true, force: true });
  const password = randomBytes(18).toString('hex');
  const handOver = join(home, 'initial-password');
  writeFileSync(handOver, password, { mode: 0o600 });
  if (account) chownSync(handOver, account.uid, account.gid);
  // Bytewise order is fast and the same everywhere; the character type still knows letters beyond ASCII.
  const locale = process.platform === 'linux' ? ['--lc-collate=C', '--lc-ctype=C.UTF-8'] : ['--locale=C'];
  const options = ['-D', data, '-U', 'comptoir', '-A', 'scram-sha-256', `--pwfile=${handOver}`, '-E', 'UTF8', ...locale];
  await promisify(execFile)(binaries.initdb, options, { cwd: home, env: environment(home), ...account });
  rmSync(handOver);
  writeFileSync(join(data, 'postgresql.conf'), "include 'comptoir.conf'\n");
  savePassword(password);
}

function savePassword(password: string): void {
  rmSync(passwordFile(), { force: true }); // an older file would keep its mode
  writeFileSync(passwordFile(), password, { mode: 0o600 });
}

/** The superuser's password for a container, made at its first start. */
export function containerPassword(): string {
  if (!existsSync(passwordFile())) savePassword(randomBytes(18).toString('hex'));
  return readFileSync(passwordFile(), 'utf8');
}

const environment = (home: string) => ({ PATH: process.env['PATH'], HOME: home, LANG: 'C.UTF-8', TZ: 'UTC' });

export async function answers(url: string): Promise<boolean> {
  const client = new Client({ connectionString: url, connectionTimeoutMillis: 2_000 });
  client.on('error', () => undefined);
  try {
    await client.connect();
    await client.query('SELECT 1');
    return true;
  } catch {
    return false;
  } finally {
    await client.end().catch(() => undefined);
  }
}
