import { execFileSync } from 'node:child_process';
import { randomInt } from 'node:crypto';
import { readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { connect, createServer } from 'node:net';
import { ToolError } from '../fail';

/** Below 32768, where Linux begins to lend ports to outgoing connections: one of those may sit on any port above. */
const DEFAULTS = {
  postgres: 24432,
  amqp: 24672,
  distribution: 24673,
  management: 24674,
  prometheus: 24675,
  epmd: 24676,
} as const;
export type PortName = keyof typeof DEFAULTS;
export type Ports = Readonly<Record<PortName, number>>;

/**
 * Ports of the private servers. `COMPTOIR_PORT_SHIFT=100` moves all of them (a second checkout beside the first),
 * `COMPTOIR_<NAME>_PORT` moves one.
 */
export function portsFrom(env: NodeJS.ProcessEnv): Ports {
  const shift = Number(env['COMPTOIR_PORT_SHIFT'] ?? 0);
  const entries = Object.entries(DEFAULTS).map(([name, port]) => {
    const chosen = Number(env[`COMPTOIR_${name.toUpperCase()}_PORT`] ?? port + shift);
    if (!Number.isInteger(chosen) || chosen < 1 || chosen > 65_535) {
      throw new ToolError('bad-port', `The ${name} port must be 1 to 65535, not ${chosen}`);
    }
    return [name, chosen];
  });
  return Object.fromEntries(entries) as Ports;
}

export function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const probe = createServer();
    probe.once('error', () => resolve(false));
    probe.listen({ port, host: '127.0.0.1', exclusive: true }, () => probe.close(() => resolve(true)));
  });
}

/** From where any free port is taken: below those that the system lends, and apart from those that are ours by default. */
const ANY_FROM = 12_000;
const ANY_TO = 24_000;

/**
 * Free ports, all different, at random: two that ask at the same time hardly get the same. The system's own choice (port 0)
 * would be one that it may lend to an outgoing connection before anybody listens there, or again once its listener was killed.
 */
export async function freePorts(count: number): Promise<number[]> {
  const chosen = new Set<number>();
  for (let tries = 0; chosen.size < count; tries += 1) {
    if (tries === ANY_TO - ANY_FROM) throw new ToolError('ports-busy', `No ${count} free ports were found from ${ANY_FROM} to ${ANY_TO}`);
    const port = randomInt(ANY_FROM, ANY_TO);
    if (!chosen.has(port) && (await isFree(port))) chosen.add(port);
  }
  return [...chosen];
}

export function isListening(port: number, host = '127.0.0.1'): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ port, host });
    const done = (answer: boolean) => {
      socket.destroy();
      resolve(answer);
    };
    socket.setTimeout(1_000, () => done(false));
    socket.once('connect', () => done(true));
    socket.once('error', () => done(false));
  });
}

/** Refuses ports that somebody else listens on, and says who, as far as the system lets us see. */
export async function requireFree(ports: Partial<Ports>): Promise<void> {
  for (const [name, port] of Object.entries(ports)) {
    if (await isFree(port)) continue;
    const holder = holderOf(port) ?? 'a process that cannot be seen from here';
    throw new ToolError(
      'port-busy',
      `Port ${port} (${name}) is in use by ${holder}.\n` +
        `Stop it, or choose another port with COMPTOIR_${name.toUpperCase()}_PORT (COMPTOIR_PORT_SHIFT=100 moves them all).`,
      { name, port, holder },
    );
  }
}

/** `name (pid 123): command line` of the process that listens on the port; undefined when it cannot be found out. */
export function holderOf(port: number): string | undefined {
  try {
    return process.platform === 'linux' ? holderOnLinux(port) : holderByLsof(port);
  } catch {
    return undefined;
  }
}

function holderOnLinux(port: number): string | undefined {
  const hexPort = port.toString(16).toUpperCase().padStart(4, '0');
  const inodes = ['/proc/net/tcp', '/proc/net/tcp6'].flatMap((file) =>
    readFileSync(file, 'utf8')
      .split('\n')
      .map((line) => line.trim().split(/\s+/))
      .filter((fields) => fields[3] === '0A' && fields[1]?.endsWith(`:${hexPort}`))
      .map((fields) => `socket:[${fields[9]}]`),
  );
  const owns = (pid: string) => {
    try {
      return readdirSync(`/proc/${pid}/fd`).some((fd) => inodes.includes(linkOf(`/proc/${pid}/fd/${fd}`)));
    } catch {
      return false; // gone meanwhile, or another user's
    }
  };
  const pid = readdirSync('/proc').find((entry) => /^\d+$/.test(entry) && owns(entry));
  if (!pid) return undefined;
  const command = readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ').trim();
  return `${readFileSync(`/proc/${pid}/comm`, 'utf8').trim()} (pid ${pid}): ${command.length > 100 ? `${command.slice(0, 100)}...` : command}`;
}

function linkOf(path: string): string {
  try {
    return readlinkSync(path);
  } catch {
    return '';
  }
}

function holderByLsof(port: number): string | undefined {
  const fields = execFileSync('lsof', ['-nP', `-iTCP:${port}`, '-sTCP:LISTEN', '-Fpc'], { encoding: 'utf8' }).split('\n');
  const find = (letter: string) => fields.find((field) => field.startsWith(letter))?.slice(1);
  return find('p') && `${find('c')} (pid ${find('p')})`;
}
