import { chownSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { step } from '../progress';
import { ROOT } from '../root';
import type { RabbitBinaries } from './binaries';
import { accountOf, serverDir } from './places';
import { isListening, requireFree, type Ports } from './ports';
import { startDetached, untilReady, type ServerRecord } from './processes';

export const RABBIT_USER = { name: 'comptoir', password: 'comptoir-dev' };
const credentials = `${RABBIT_USER.name}:${RABBIT_USER.password}`;

export const amqpUrl = (ports: Ports) => `amqp://${credentials}@127.0.0.1:${ports.amqp}`;
export const managementUrl = (ports: Ports) => `http://${credentials}@127.0.0.1:${ports.management}`;
export const prometheusUrl = (ports: Ports) => `http://127.0.0.1:${ports.prometheus}/metrics`;

/** What a private node has beside rabbitmq/rabbitmq.conf. Nothing listens beyond loopback, and `guest` does not exist. */
const settings = (ports: Ports) => `
listeners.tcp.1 = 127.0.0.1:${ports.amqp}
management.tcp.ip = 127.0.0.1
management.tcp.port = ${ports.management}
prometheus.tcp.ip = 127.0.0.1
prometheus.tcp.port = ${ports.prometheus}
default_user = ${RABBIT_USER.name}
default_pass = ${RABBIT_USER.password}
default_user_tags.administrator = true
`;

/**
 * The node shares the machine with PostgreSQL and all services. On one or two cores one Erlang scheduler is enough, and threads that
 * wake each other cost more than they bring: a fifth of the broker's CPU per message, measured on two cores.
 */
const erlangArgs = () =>
  ['-kernel inet_dist_use_interface {127,0,0,1}', ...(availableParallelism() <= 2 ? ['+S 1:1'] : [])].join(' ');

/** Told of each process as soon as it runs. */
type Record = (started: { epmd?: ServerRecord; rabbitmq?: ServerRecord }) => unknown;

/**
 * Starts a node with a name, an Erlang port mapper and directories of its own: it neither joins nor disturbs another
 * node of this machine. Does not wait for it: see `untilRabbitAnswers`.
 */
export async function startRabbit(
  binaries: RabbitBinaries,
  ports: Ports,
  runningEpmd: ServerRecord | undefined,
  record: Record,
): Promise<void> {
  const { amqp, distribution, management, prometheus } = ports;
  await requireFree({ amqp, distribution, management, prometheus });
  const account = accountOf('rabbitmq');
  const home = serverDir('rabbitmq', account);
  const own = (path: string) => account && chownSync(path, account.uid, account.gid);
  const dir = (name: string) => {
    const path = join(home, name);
    mkdirSync(path, { recursive: true });
    own(path);
    return path;
  };
  const file = (name: string, content: string) => {
    const path = join(home, name);
    writeFileSync(path, content);
    own(path);
    return path;
  };
  const env = {
    PATH: process.env['PATH'],
    HOME: home, // the Erlang cookie is made there
    LANG: 'C.UTF-8',
    ERL_EPMD_PORT: String(ports.epmd),
    ERL_EPMD_ADDRESS: '127.0.0.1',
    RABBITMQ_NODENAME: 'comptoir@localhost',
    RABBITMQ_DIST_PORT: String(ports.distribution),
    RABBITMQ_MNESIA_BASE: dir('data'),
    RABBITMQ_LOG_BASE: dir('log'),
    RABBITMQ_LOGS: '-',
    RABBITMQ_PID_FILE: join(home, 'rabbitmq.pid'),
    RABBITMQ_CONFIG_FILE: file('rabbitmq.conf', readFileSync(join(ROOT, 'rabbitmq/rabbitmq.conf'), 'utf8') + settings(ports)),
    RABBITMQ_ENABLED_PLUGINS_FILE: file('enabled_plugins', readFileSync(join(ROOT, 'rabbitmq/enabled_plugins'), 'utf8')),
    RABBITMQ_CONF_ENV_FILE: file('rabbitmq-env.conf', ''), // not the system's
    RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS: erlangArgs(),
    RUNNING_UNDER_SYSTEMD: 'true', // the script then becomes the node: the id we keep is the node's own
  };
  const start = async (command: string, args: readonly string[], log: string): Promise<ServerRecord> => ({
    ...(await startDetached(command, args, { cwd: home, log, env, account })),
    log,
  });
  if (!runningEpmd) {
    await requireFree({ epmd: ports.epmd });
    const epmd = await start(binaries.epmd, ['-port', String(ports.epmd), '-address', '127.0.0.1'], join(home, 'epmd.log'));
    record({ epmd });
    await untilReady('epmd', epmd, () => isListening(ports.epmd), 10_000);
  }
  record({ rabbitmq: await start(binaries.server, [], join(home, 'rabbitmq.log')) });
}

export const untilRabbitAnswers = (record: ServerRecord, ports: Ports) =>
  step('Starting RabbitMQ', () =>
    untilReady('RabbitMQ', record, async () => (await managementAnswers(managementUrl(ports))) && isListening(ports.amqp), 90_000),
  );

export async function managementAnswers(url: string): Promise<boolean> {
  const { username, password, origin } = new URL(url);
  const authorization = `Basic ${Buffer.from(`${decodeURIComponent(username)}:${decodeURIComponent(password)}`).toString('base64')}`;
  try {
    const answer = await fetch(`${origin}/api/whoami`, { headers: { authorization }, signal: AbortSignal.timeout(2_000) });
    await answer.arrayBuffer();
    return answer.ok;
  } catch {
    return false;
  }
}
