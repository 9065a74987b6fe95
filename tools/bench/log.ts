import { join } from 'node:path';
import { postgresEventStore, postgresProjectionStore, Projector, type ReadAll } from '@comptoir/event-store';
import { pgPool, pgUnitOfWork, rabbitTransport, type WireMessage } from '@comptoir/messaging';
import { escapeIdentifier } from 'pg';
import { rolePassword } from '../../prisma/databases';
import { build } from '../build';
import { migrateDatabase } from '../migrations/databases';
import { databaseAt, exclusively, withClient } from '../migrations/sql';
import { step } from '../progress';
import { provision } from '../provision';
import { startServices } from '../services';
import type { Servers } from '../stack';
import { LOG_DIR } from '../stack/places';
import { table } from '../table';
import { cpuOf } from './cpu';
import { logEvents } from './log-events';
import { ORDER_TABLE, orders } from './log-projection';
import { serverProcesses } from './server-processes';
import { BENCH_VHOST, dropSystem, PREFIX } from './system';

const LOG_DATABASE = `${PREFIX}event-store`;
const VIEW_DATABASE = `${PREFIX}read-model`;
const quiet = { debug() {}, info() {}, warn: console.warn, error: console.error };

/** What a run of `--replay` found. */
export interface LogResult {
  readonly events: number;
  readonly ingestedPerSecond: number;
  readonly ingestSeconds: number;
  readonly cpuMsPerEvent: { readonly node: number | null; readonly postgres: number | null; readonly broker: number | null };
  readonly replaySeconds: number;
  readonly replayedPerSecond: number;
  /** Of the projection, for each event. */
  readonly replayCpuMsPerEvent: { readonly node: number | null; readonly postgres: number | null };
  readonly orders: number;
}

/**
 * A log of its own: so many events wait in its queue, then the service takes them in; then all of them go through a projection
 * into an empty read model in another database.
 */
export async function benchLog(servers: Servers, options: { events: number; profileDir: string | undefined; signal: AbortSignal }): Promise<LogResult> {
  const { events, signal } = options;
  await build();
  await dropLog(servers);
  try {
    await provision(servers, { vhost: BENCH_VHOST, databasePrefix: PREFIX, services: ['event-store'], databases: ['event-store'] });
    await step(`Publishing ${events} events`, () => publish(servers, events, signal));
    const ingested = await step('Taking them in', () => ingest(servers, options));
    await step('Preparing the read model', () => createReadModel(servers));
    const replayed = await step('Replaying them', () => replay(servers, events, signal));
    return { events, ...ingested, replayedPerSecond: Math.round(events / replayed.replaySeconds), ...replayed };
  } finally {
    await dropLog(servers);
  }
}

async function dropLog(servers: Servers): Promise<void> {
  await dropSystem(servers);
  await withClient(servers.databaseUrl, (admin) => admin.query(`DROP DATABASE IF EXISTS ${escapeIdentifier(VIEW_DATABASE)} WITH (FORCE)`));
}

async function publish({ amqpUrl }: Servers, count: number, signal: AbortSignal): Promise<void> {
  const url = Object.assign(new URL(amqpUrl), { pathname: `/${BENCH_VHOST}` }).toString();
  const transport = rabbitTransport({ url, name: 'bench', logger: quiet });
  await transport.start();
  const send = async (messages: readonly WireMessage[]) => {
    const outcomes = await transport.publish(messages);
    if (outcomes.some((outcome) => outcome !== 'confirmed')) throw new Error(`An event was ${outcomes.find((each) => each !== 'confirmed')}`);
  };
  try {
    const page: WireMessage[] = [];
    for (const message of logEvents(count)) {
      page.push(message);
      if (page.length < 1_000) continue;
      signal.throwIfAborted();
      await send(page.splice(0));
    }
    await send(page);
  } finally {
    await transport.close();
  }
}

/** From the first event that is in the log to the last. */
async function ingest(servers: Servers, { events, profileDir, signal }: { events: number; profileDir: string | undefined; signal: AbortSignal }) {
  const services = await startServices({
    servers,
    vhost: BENCH_VHOST,
    databasePrefix: PREFIX,
    only: ['event-store'],
    logDir: join(LOG_DIR, 'bench'),
    env: { LOG_LEVEL: 'warn', NODE_ENV: 'production' },
    nodeArgs: profileDir === undefined ? [] : ['--cpu-prof', `--cpu-prof-dir=${profileDir}`],
  });
  try {
    const used = () => ({ at: performance.now(), cpu: cpuOf({ node: [services.of('event-store').pid ?? 0], ...serverProcesses() }) });
    return await withClient(databaseAt(servers.databaseUrl, LOG_DATABASE), async (admin) => {
      const position = async () => Number((await admin.query<{ position: string }>('SELECT position FROM event_store.head')).rows[0]?.position);
      // It has begun by the time it is ready: what it did until now is not counted.
      const [first, from] = [await position(), used()];
      while ((await position()) < events) {
        signal.throwIfAborted();
        await new Promise((resolve) => setTimeout(resolve, 25));
      }
      const to = used();
      const seconds = (to.at - from.at) / 1_000;
      const per = (group: 'node' | 'postgres' | 'broker') => perEvent(from.cpu[group], to.cpu[group], events - first);
      return {
        ingestedPerSecond: Math.round((events - first) / seconds),
        ingestSeconds: Number(seconds.toFixed(2)),
        cpuMsPerEvent: { node: per('node'), postgres: per('postgres'), broker: per('broker') },
      };
    });
  } finally {
    await services.stop();
  }
}

const perEvent = (from: number | undefined, to: number | undefined, events: number) =>
  from === undefined || to === undefined ? null : Number(((to - from) / events).toFixed(3));

async function createReadModel({ databaseUrl }: Servers): Promise<void> {
  await exclusively(databaseUrl, (admin) => migrateDatabase(admin, databaseUrl, { database: VIEW_DATABASE, role: 'event-store', owners: ['projection'] }));
  await withClient(databaseAt(databaseUrl, VIEW_DATABASE), (admin) =>
    admin.query(`${ORDER_TABLE}; GRANT USAGE ON SCHEMA bench TO "event-store"; GRANT ALL ON ALL TABLES IN SCHEMA bench TO "event-store"`),
  );
}

async function replay({ databaseUrl }: Servers, events: number, signal: AbortSignal) {
  const poolOf = (database: string) => {
    const url = Object.assign(new URL(databaseAt(databaseUrl, database)), { username: 'event-store', password: rolePassword('event-store') });
    return pgPool({ connectionString: url.toString(), applicationName: 'bench', max: 2 });
  };
  const [log, view] = [poolOf(LOG_DATABASE), poolOf(VIEW_DATABASE)];
  const [reading, writing] = [pgUnitOfWork(log), pgUnitOfWork(view)];
  const source = {
    head: () => reading.run((tx) => postgresEventStore.head(tx)),
    readAll: (options: ReadAll) => reading.run((tx) => postgresEventStore.readAll(tx, options)),
  };
  try {
    const projector = new Projector({ projection: orders, source, store: postgresProjectionStore, run: writing.run });
    const used = () => ({ at: performance.now(), cpu: cpuOf({ node: [process.pid], postgres: serverProcesses().postgres }) });
    const from = used();
    while (await projector.step()) signal.throwIfAborted();
    const to = used();
    const seconds = (to.at - from.at) / 1_000;
    const { rows } = await view.query<{ orders: number }>('SELECT count(*)::int AS orders FROM bench.orders');
    const replayCpuMsPerEvent = { node: perEvent(from.cpu.node, to.cpu.node, events), postgres: perEvent(from.cpu.postgres, to.cpu.postgres, events) };
    return { replaySeconds: Number(seconds.toFixed(2)), replayCpuMsPerEvent, orders: rows[0]?.orders ?? 0 };
  } finally {
    await Promise.all([log.end(), view.end()]);
  }
}

export function logText({ events, ingestedPerSecond, ingestSeconds, cpuMsPerEvent, replaySeconds, replayedPerSecond, replayCpuMsPerEvent, orders }: LogResult): string {
  const cpu = (of: object) => Object.entries(of).map(([name, ms]) => `${name} ${String(ms ?? '?')}`).join(', ');
  return table([
    ['figure', 'value'],
    ['events', String(events)],
    ['taken into the log, per second', `${ingestedPerSecond} (in ${ingestSeconds} s)`],
    ['CPU per event taken in, ms', cpu(cpuMsPerEvent)],
    ['through a projection', `${replaySeconds} s (${replayedPerSecond} per second, ${orders} orders)`],
    ['CPU per event projected, ms', cpu(replayCpuMsPerEvent)],
  ]);
}
