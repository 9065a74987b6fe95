import { execFile, spawnSync } from 'node:child_process';
import { promisify } from 'node:util';
import { step } from '../progress';
import { ROOT } from '../root';
import type { Ports } from './ports';
import { containerPassword } from './postgres';

const SERVERS = ['postgres', 'rabbitmq'];

/** True when an engine answers and has the compose plugin. */
export const hasDocker = () =>
  spawnSync('docker', ['info'], { stdio: 'ignore', timeout: 10_000 }).status === 0 &&
  spawnSync('docker', ['compose', 'version'], { stdio: 'ignore', timeout: 10_000 }).status === 0;

const compose = (args: readonly string[], ports: Ports) =>
  promisify(execFile)('docker', ['compose', '--project-directory', ROOT, ...args], {
    env: {
      ...process.env,
      COMPTOIR_POSTGRES_PASSWORD: containerPassword(),
      COMPTOIR_POSTGRES_PORT: String(ports.postgres),
      COMPTOIR_AMQP_PORT: String(ports.amqp),
      COMPTOIR_MANAGEMENT_PORT: String(ports.management),
      COMPTOIR_PROMETHEUS_PORT: String(ports.prometheus),
    },
    maxBuffer: 64 << 20,
  });

/** Brings up the two servers of docker-compose.yml, published on loopback, and waits for their health checks. */
export async function startContainers(ports: Ports): Promise<readonly string[]> {
  await step('Starting PostgreSQL and RabbitMQ in Docker', () => compose(['up', '--detach', '--wait', ...SERVERS], ports));
  return SERVERS;
}

/** Stops them; their volumes stay. */
export async function stopContainers(containers: readonly string[], ports: Ports): Promise<void> {
  await step('Stopping the containers', () => compose(['stop', ...containers], ports));
}
