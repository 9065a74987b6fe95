import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { eventually } from '@comptoir/testing';
import { ROOT } from '../../tools/root';
import type { Servers } from '../../tools/stack';
import { provisionedGround, type Ground } from './ground';
import { guarded, unguarded } from './guard';

export type Server = 'postgres' | 'rabbitmq';

const DIR = join(ROOT, '.stack/own-servers');
/** Beside the ports of the servers that everybody else uses. */
const PORT_SHIFT = 500;
const VHOST = 'comptoir';

interface State {
  readonly ports: { readonly amqp: number; readonly management: number; readonly postgres: number };
  readonly postgres?: { readonly pid: number };
  readonly rabbitmq?: { readonly pid: number };
  readonly epmd?: { readonly pid: number };
}

/**
 * A PostgreSQL and a RabbitMQ of the test's own, to be killed and started again: the others' stay as they are. Run by the
 * tool that developers use (`npm run stack`), in a directory and on ports of their own.
 */
export class OwnServers {
  private constructor(private readonly env: NodeJS.ProcessEnv) {}

  static async start(): Promise<OwnServers> {
    const {
      COMPTOIR_DATABASE_URL: _database,
      COMPTOIR_AMQP_URL: _amqp,
      COMPTOIR_MANAGEMENT_URL: _management,
      ...env
    } = process.env;
    const shift = PORT_SHIFT + Number(env['COMPTOIR_PORT_SHIFT'] ?? 0);
    // Not in containers: those of this checkout are the ones that everybody uses.
    const servers = new OwnServers({
      ...env,
      COMPTOIR_STACK_DIR: DIR,
      COMPTOIR_PORT_SHIFT: String(shift),
      DOCKER_HOST: 'tcp://127.0.0.1:9',
    });
    await servers.up();
    return servers;
  }

  /** Empty databases, and the topology. */
  async provision(): Promise<Ground> {
    await this.tool('stack.ts', 'reset');
    await this.tool('provision.ts');
    return provisionedGround(this.urls(), VHOST);
  }

  /** Starts what does not run, and waits until it answers. */
  async up(): Promise<void> {
    await this.tool('stack.ts', 'up');
    const { postgres, rabbitmq, epmd } = this.state();
    for (const record of [postgres, rabbitmq, epmd]) guarded(record?.pid);
  }

  /** SIGKILL: no time to write anything or to say goodbye. */
  async kill(server: Server): Promise<void> {
    const pid = this.state()[server]?.pid;
    if (pid === undefined) throw new Error(`${server} does not run as a process of its own here`);
    await endOf(pid);
  }

  async stop(): Promise<void> {
    const { postgres, rabbitmq, epmd } = this.state();
    for (const record of [postgres, rabbitmq, epmd]) if (record) await endOf(record.pid);
  }

  private urls(): Pick<Servers, 'amqpUrl' | 'databaseUrl' | 'managementUrl'> {
    const { ports } = this.state();
    const password = readFileSync(join(DIR, 'postgres.password'), 'utf8');
    return {
      amqpUrl: `amqp://comptoir:comptoir-dev@127.0.0.1:${ports.amqp}`,
      managementUrl: `http://comptoir:comptoir-dev@127.0.0.1:${ports.management}`,
      databaseUrl: `postgresql://comptoir:${password}@127.0.0.1:${ports.postgres}/postgres`,
    };
  }

  private state = (): State => JSON.parse(readFileSync(join(DIR, 'servers.json'), 'utf8')) as State;

  private async tool(name: string, ...args: readonly string[]): Promise<void> {
    const node = ['-C', '@comptoir/source', '-r', '@swc-node/register', join(ROOT, 'tools', name), ...args];
    await promisify(execFile)(process.execPath, node, { cwd: ROOT, env: this.env });
  }
}

async function endOf(pid: number): Promise<void> {
  process.kill(pid, 'SIGKILL');
  await eventually(() => expect(() => process.kill(pid, 0)).toThrow());
  unguarded(pid);
}
