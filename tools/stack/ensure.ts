import { ToolError } from '../fail';
import { step } from '../progress';
import { canUseApt, install } from './apt';
import { findPostgres, findRabbit } from './binaries';
import { hasDocker, startContainers, stopContainers } from './docker';
import { withLock } from './lock';
import { isListening, portsFrom } from './ports';
import { startPostgres, untilPostgresAnswers } from './postgres';
import { stop, type ServerRecord } from './processes';
import { startRabbit, untilRabbitAnswers } from './rabbitmq';
import { givenBy, serversAt, type Given, type Servers } from './servers';
import { LOCK_FILE, readState, writeState, type StackState } from './state';

/**
 * Makes sure that PostgreSQL and RabbitMQ run, and says where. In this order: servers named by environment; private
 * nodes from installed programs; the same after installing them (root on Debian or Ubuntu); Docker. Safe to call from
 * several processes at once.
 */
export async function ensureStack(): Promise<Servers> {
  const given = givenBy(process.env);
  const ports = portsFrom(process.env);
  if (given.broker && given.databaseUrl) return serversAt(ports, given, false);
  const state = readState(ports);
  if (await isUp(state, given)) return serversAt(state.ports, given, false);
  return withLock(LOCK_FILE, async () => {
    const current = readState(ports); // another process may have been faster
    if (await isUp(current, given)) return serversAt(current.ports, given, false);
    const started = await start(current, given);
    return serversAt(started.ports, given, true);
  });
}

async function isUp(state: StackState, given: Given): Promise<boolean> {
  const { ports } = state;
  const database = given.databaseUrl || (hasStarted(state, 'postgres') && (await isListening(ports.postgres)));
  const broker = given.broker || (hasStarted(state, 'rabbitmq') && (await isListening(ports.management)) && (await isListening(ports.amqp)));
  return Boolean(database && broker);
}

const hasStarted = (state: StackState, name: 'postgres' | 'rabbitmq') => Boolean(state[name] || state.containers?.includes(name));

async function start(state: StackState, given: Given): Promise<StackState> {
  const [needsPostgres, needsRabbit] = [!given.databaseUrl, !given.broker];
  const missing = () => [...(needsPostgres && !findPostgres() ? ['postgresql'] : []), ...(needsRabbit && !findRabbit() ? ['rabbitmq-server'] : [])];
  if (missing().length > 0 && canUseApt()) await install(missing());
  if (missing().length > 0) return startWithoutBinaries(state, missing());
  return startPrivate(state, needsPostgres, needsRabbit);
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

/** Both start at the same time. Each is recorded as soon as it has an id, so that it can be stopped whatever happens. */
async function startPrivate(before: StackState, needsPostgres: boolean, needsRabbit: boolean): Promise<StackState> {
  let state = before;
  const record = (change: Partial<StackState>) => (state = writeState({ ...state, ...change }));
  const postgres = async (): Promise<ServerRecord> => {
    const binaries = findPostgres();
    if (!binaries) throw new Error('PostgreSQL vanished');
    return startPostgres(binaries, state.ports);
  };
  const startBroker = async () => {
    const binaries = findRabbit();
    if (!binaries) throw new Error('RabbitMQ vanished');
    return startRabbit(binaries, state.ports, state.epmd);
  };
  if (needsPostgres && !state.postgres) record({ postgres: await postgres() });
  if (needsRabbit && !state.rabbitmq) record(await startBroker());
  if (needsPostgres && state.postgres) await untilPostgresAnswers(state.postgres, state.ports);
  if (needsRabbit && state.rabbitmq) await untilRabbitAnswers(state.rabbitmq, state.ports);
  return state;
}

/** Stops what we started, and nothing else. */
export async function stopStack(): Promise<void> {
  await withLock(LOCK_FILE, async () => {
    const state = readState(portsFrom(process.env));
    const { postgres, rabbitmq, epmd, containers, ports } = state;
    if (containers) await stopContainers(containers, ports);
    if (postgres || rabbitmq || epmd) {
      await step('Stopping PostgreSQL and RabbitMQ', async () => {
        await Promise.all([
          postgres && stop(postgres, 'SIGINT', 30_000), // "fast": open sessions are ended, everything is written
          rabbitmq && stop(rabbitmq, 'SIGTERM', 30_000),
        ]);
        if (epmd) await stop(epmd, 'SIGTERM', 5_000);
      });
    }
    writeState({ ports: portsFrom(process.env) });
  });
}
