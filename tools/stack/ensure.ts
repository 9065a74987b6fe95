import { ToolError } from '../fail';
import { step } from '../progress';
import { canUseApt, install } from './apt';
import { findPostgres, findRabbit } from './binaries';
import { hasDocker, startContainers, stopContainers } from './docker';
import { withLock } from './lock';
import { isListening, portsFrom } from './ports';
import { postgresUrl, startPostgres, untilPostgresAnswers } from './postgres';
import { stop } from './processes';
import { startRabbit, untilRabbitAnswers } from './rabbitmq';
import { givenBy, serversAt, type Given, type Servers } from './servers';
import { LOCK_FILE, readState, writeState, type StackState } from './state';

export interface StackOptions {
  /** Runs as soon as PostgreSQL answers, while RabbitMQ may still be starting; waited for. */
  readonly onDatabase?: (databaseUrl: string) => Promise<unknown>;
}

/**
 * Makes sure that PostgreSQL and RabbitMQ run, and says where. In this order: servers named by environment; private
 * nodes from installed programs; the same after installing them (root on Debian or Ubuntu); Docker. Safe to call from
 * several processes at once.
 */
export async function ensureStack(options: StackOptions = {}): Promise<Servers> {
  const given = givenBy(process.env);
  const ports = portsFrom(process.env);
  const found = async () => {
    const state = readState(ports);
    if (!(given.broker && given.databaseUrl) && !(await isUp(state, given))) return undefined;
    return serversAt(state.ports, given, false);
  };
  const servers = await found();
  if (servers) {
    await options.onDatabase?.(servers.databaseUrl);
    return servers;
  }
  let early: Promise<unknown> | undefined;
  const onDatabase = (url: string) => {
    early ??= options.onDatabase?.(url);
    early?.catch(() => undefined); // it is waited for below, after the broker
    return early;
  };
  const up = await withLock(LOCK_FILE, async () => {
    const faster = await found(); // another process
    if (faster) return faster;
    const started = await start(readState(ports), given, onDatabase);
    return serversAt(started.ports, given, true);
  });
  await onDatabase(up.databaseUrl);
  return up;
}

async function isUp(state: StackState, given: Given): Promise<boolean> {
  const { ports } = state;
  const database = given.databaseUrl || (hasStarted(state, 'postgres') && (await isListening(ports.postgres)));
  const broker = given.broker || (hasStarted(state, 'rabbitmq') && (await isListening(ports.management)) && (await isListening(ports.amqp)));
  return Boolean(database && broker);
}

const hasStarted = (state: StackState, name: 'postgres' | 'rabbitmq') => Boolean(state[name] || state.containers?.includes(name));

type OnDatabase = (databaseUrl: string) => unknown;

async function start(state: StackState, given: Given, onDatabase: OnDatabase): Promise<StackState> {
  const [needsPostgres, needsRabbit] = [!given.databaseUrl, !given.broker];
  const missing = () => [...(needsPostgres && !findPostgres() ? ['postgresql'] : []), ...(needsRabbit && !findRabbit() ? ['rabbitmq-server'] : [])];
  if (missing().length > 0 && canUseApt()) await install(missing());
  if (missing().length > 0) return startWithoutBinaries(state, missing());
  return startPrivate(state, given, onDatabase);
}

async function startWithoutBinaries(state: StackState, missing: readonly string[]): Promise<StackState> {
  if (hasDocker()) return writeState({ ...state, containers: await startContainers(state.ports) });
  throw new ToolError(
    'no-servers',
    `Comptoir needs PostgreSQL (15 or later) and RabbitMQ (3.10 or later), and did not find: ${missing.join(', ')}.\n` +
      'Do one of these, then try again:\n' +
      `  - install them: sudo apt-get install -y ${missing.join(' ')} (they need not be running);\n` +
      '  - start a Docker engine with the compose plugin;\n' +
      '  - name running servers: COMPTOIR_DATABASE_URL, COMPTOIR_AMQP_URL and COMPTOIR_MANAGEMENT_URL, with administrators\' credentials.',
    { missing },
  );
}

/**
 * Both start at the same time. Each is recorded as soon as it has an id: whatever happens to us, it can be stopped. When
 * one fails, the other is stopped again.
 */
async function startPrivate(before: StackState, given: Given, onDatabase: OnDatabase): Promise<StackState> {
  let state = before;
  const record = (change: Partial<StackState>) => (state = writeState({ ...state, ...change }));
  const [postgres, rabbit] = [findPostgres(), findRabbit()];
  try {
    if (!given.databaseUrl && !state.postgres && postgres) record({ postgres: await startPostgres(postgres, state.ports) });
    if (!given.broker && !state.rabbitmq && rabbit) await startRabbit(rabbit, state.ports, state.epmd, record);
    if (!given.databaseUrl && state.postgres) {
      await untilPostgresAnswers(state.postgres, state.ports);
      onDatabase(postgresUrl(state.ports));
    }
    if (!given.broker && state.rabbitmq) await untilRabbitAnswers(state.rabbitmq, state.ports);
    return state;
  } catch (error) {
    const fresh = (name: 'postgres' | 'rabbitmq' | 'epmd') => (state[name]?.pid === before[name]?.pid ? undefined : state[name]);
    await stopServers({ postgres: fresh('postgres'), rabbitmq: fresh('rabbitmq'), epmd: fresh('epmd') });
    writeState(before);
    throw error;
  }
}

async function stopServers({ postgres, rabbitmq, epmd }: Pick<StackState, 'postgres' | 'rabbitmq' | 'epmd'>): Promise<void> {
  if (!postgres && !rabbitmq && !epmd) return;
  await step('Stopping PostgreSQL and RabbitMQ', async () => {
    await Promise.all([
      postgres && stop(postgres, 'SIGINT', 30_000), // "fast": open sessions are ended, everything is written
      rabbitmq && stop(rabbitmq, 'SIGTERM', 30_000),
    ]);
    if (epmd) await stop(epmd, 'SIGTERM', 5_000);
  });
}

/** Stops what we started, and nothing else. */
export async function stopStack(): Promise<void> {
  await withLock(LOCK_FILE, async () => {
    const state = readState(portsFrom(process.env));
    if (state.containers) await stopContainers(state.containers, state.ports);
    await stopServers(state);
    writeState({ ports: portsFrom(process.env) });
  });
}
