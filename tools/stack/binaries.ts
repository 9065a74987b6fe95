import { existsSync, readdirSync } from 'node:fs';
import { delimiter, join } from 'node:path';

export interface PostgresBinaries {
  readonly initdb: string;
  readonly postgres: string;
}
export interface RabbitBinaries {
  readonly server: string;
  readonly epmd: string;
}

const onPath = (name: string) => firstExisting((process.env['PATH'] ?? '').split(delimiter).map((dir) => join(dir, name)));
const firstExisting = (paths: readonly string[]) => paths.find((path) => existsSync(path));

/** Debian keeps PostgreSQL's server programs off the PATH, one directory per major version; the newest wins. */
export function findPostgres(): PostgresBinaries | undefined {
  const debian = childrenOf('/usr/lib/postgresql')
    .sort((a, b) => Number(b) - Number(a))
    .map((version) => `/usr/lib/postgresql/${version}/bin`);
  const dirs = [...debian, '/usr/local/bin', '/usr/bin', '/opt/homebrew/bin'];
  const find = (name: string) => firstExisting(dirs.map((dir) => join(dir, name))) ?? onPath(name);
  const [initdb, postgres] = [find('initdb'), find('postgres')];
  return initdb && postgres ? { initdb, postgres } : undefined;
}

/** The script itself, not the Debian wrapper around it, which insists on root or the system's own account and files. */
export function findRabbit(): RabbitBinaries | undefined {
  const server =
    firstExisting(['/usr/lib/rabbitmq/bin/rabbitmq-server', '/opt/rabbitmq/sbin/rabbitmq-server', '/opt/homebrew/sbin/rabbitmq-server']) ??
    onPath('rabbitmq-server');
  const erts = childrenOf('/usr/lib/erlang')
    .filter((name) => name.startsWith('erts-'))
    .map((name) => `/usr/lib/erlang/${name}/bin/epmd`);
  const epmd = onPath('epmd') ?? firstExisting([...erts, '/opt/homebrew/bin/epmd']);
  return server && epmd ? { server, epmd } : undefined;
}

function childrenOf(dir: string): string[] {
  try {
    return readdirSync(dir);
  } catch {
    return [];
  }
}
