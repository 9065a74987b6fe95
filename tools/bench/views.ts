import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { postgresEventStore } from '@comptoir/event-store';
import { pgPool, pgUnitOfWork } from '@comptoir/messaging';
import type { Pool } from 'pg';
import { build } from '../build';
import { ToolError } from '../fail';
import { databaseAt } from '../migrations/sql';
import { step } from '../progress';
import { provision } from '../provision';
import { RestClient } from '../rest/rest-client';
import { startServices, type Services } from '../services';
import type { Servers } from '../stack';
import { LOG_DIR } from '../stack/places';
import { table } from '../table';
import { cpuOf } from './cpu';
import { openLoop } from './load';
import { serverProcesses } from './server-processes';
import { BENCH_VHOST, dropSystem, PREFIX } from './system';
import { LagWatch } from './views-lag';
import { appendsOf, companyLog } from './views-log';
import { measureQueries, type QueryResult } from './views-queries';

/** In the log before anything is measured. */
const EVENTS = 100_000;
const FILL_BATCH = 1_000;
const QUERY_TIMES = 100;
/** Appends of the event-store service are batches; these are as large as such a rate makes them. */
const APPENDS_PER_SECOND = 50;
const EVENTS_PER_SECOND = 500;
const LOAD_SECONDS = 30;
/** Between the queries meanwhile. */
const QUERY_PAUSE_MS = 50;

const rounded = (value: number) => Number(value.toFixed(1));

/** `bench --views`: the views service on a log of its own. Prints the figures for people, then a line of JSON. */
export async function benchViews(servers: Servers, signal: AbortSignal): Promise<number> {
  let services: Services | undefined;
  let log: Pool | undefined;
  let watch: LagWatch | undefined;
  let client: RestClient | undefined;
  try {
    await build();
    await dropSystem(servers);
    await provision(servers, { vhost: BENCH_VHOST, databasePrefix: PREFIX });
    log = pgPool({ connectionString: databaseAt(servers.databaseUrl, `${PREFIX}event-store`), applicationName: 'bench-log' });
    const company = new Company(log);
    await step(`Writing ${EVENTS} events`, () => company.fill(EVENTS, signal));
    watch = await LagWatch.on(databaseAt(servers.databaseUrl, `${PREFIX}views`));
    const begin = performance.now();
    services = await startServices({
      servers, vhost: BENCH_VHOST, databasePrefix: PREFIX, only: ['views'], logDir: join(LOG_DIR, 'bench'),
      env: { LOG_LEVEL: 'warn', NODE_ENV: 'production' },
    });
    await step('Projecting them', () => untilCaughtUp(watch as LagWatch, EVENTS, signal));
    const catchUpSeconds = (performance.now() - begin) / 1_000;
    client = new RestClient(services.url('views'), { connections: 2, signal });
    await measureQueries(client, 20);
    const queries = await step('Querying', () => measureQueries(client as RestClient, QUERY_TIMES));
    const loaded = await step(`Projecting ${EVENTS_PER_SECOND} events per second, and querying`, () =>
      underLoad(company, watch as LagWatch, client as RestClient, signal, () => cpu(services as Services)),
    );
    const figures = resultOf({ catchUpSeconds, queries, ...loaded });
    console.log(`\n${textOf(figures)}\n`);
    console.log(JSON.stringify(figures));
    return figures.queryP95Ms < 30 && figures.lagP95Ms < 100 ? 0 : 1;
  } finally {
    await watch?.close();
    await client?.close();
    await log?.end();
    await services?.stop();
    await dropSystem(servers);
  }
}

/** Appends what happens in a company to its log. */
class Company {
  private readonly log = companyLog();
  constructor(private readonly pool: Pool) {}

  /** Returns the last position. */
  append(events: number): Promise<number> {
    return pgUnitOfWork(this.pool).run(async (tx) => {
      const appended = await postgresEventStore.appendAll(tx, appendsOf(this.log, events, new Date()));
      return Math.max(...appended.flatMap(({ positions }) => positions));
    });
  }

  async fill(events: number, signal: AbortSignal): Promise<void> {
    for (let written = 0; written < events; written += FILL_BATCH) {
      signal.throwIfAborted();
      await this.append(Math.min(FILL_BATCH, events - written));
    }
  }
}

/** Milliseconds so far; `undefined` where it cannot be seen. */
function cpu(services: Services) {
  return cpuOf({ views: [services.of('views').pid ?? 0], postgres: serverProcesses().postgres });
}

async function untilCaughtUp(watch: LagWatch, position: number, signal: AbortSignal): Promise<void> {
  const deadline = Date.now() + 300_000;
  for (;;) {
    signal.throwIfAborted();
    const positions = [...(await watch.positions()).values()];
    if (positions.length > 0 && positions.every((each) => each >= position)) return;
    if (Date.now() > deadline) throw new ToolError('views-behind', 'The views have not caught up within 5 minutes');
    await delay(50);
  }
}

/** Events at a steady rate, whether or not the views keep up; somebody queries meanwhile. */
async function underLoad(company: Company, watch: LagWatch, client: RestClient, signal: AbortSignal, cpuSoFar: () => ReturnType<typeof cpu>) {
  const before = cpuSoFar();
  const watching = watch.watch();
  let going = true;
  const queries = measureQueries(client, Infinity, { going: () => going && !signal.aborted, pauseMs: QUERY_PAUSE_MS });
  let last = 0;
  const clock = { now: () => performance.now(), wait: (ms: number) => delay(ms) };
  const events = EVENTS_PER_SECOND / APPENDS_PER_SECOND;
  await openLoop(LOAD_SECONDS * APPENDS_PER_SECOND, APPENDS_PER_SECOND, clock, async () => {
    if (signal.aborted) return;
    const position = await company.append(events);
    watch.told(position, events);
    last = Math.max(last, position);
  });
  const after = cpuSoFar();
  const cpuMsPerSecond = Object.fromEntries(
    (['views', 'postgres'] as const).map((who) => {
      const [from, to] = [before[who], after[who]];
      return [who, from === undefined || to === undefined ? null : rounded((to - from) / LOAD_SECONDS)];
    }),
  );
  going = false;
  signal.throwIfAborted();
  await untilCaughtUp(watch, last, signal);
  await delay(50);
  await watch.stop();
  await watching;
  return { loadedQueries: await queries, lags: watch.lags(), cpuMsPerSecond };
}

interface Figures {
  readonly catchUpSeconds: number;
  readonly queries: readonly QueryResult[];
  readonly loadedQueries: readonly QueryResult[];
  readonly lags: ReturnType<LagWatch['lags']>;
  readonly cpuMsPerSecond: Readonly<Record<string, number | null>>;
}

/** The slowest query and the slowest view decide. */
function resultOf({ catchUpSeconds, queries, loadedQueries, lags, cpuMsPerSecond }: Figures) {
  const p95s = (results: readonly QueryResult[]) => Object.fromEntries(results.map(({ name, latencies }) => [name, rounded(latencies.p95)]));
  const lagP95s = Object.fromEntries([...lags].map(([name, { p95 }]) => [name, rounded(p95)]));
  return {
    events: EVENTS,
    catchUpSeconds: rounded(catchUpSeconds),
    eventsPerSecond: EVENTS_PER_SECOND,
    lagP95Ms: Math.max(...Object.values(lagP95s)),
    lagMaxMs: rounded(Math.max(...[...lags.values()].map(({ max }) => max))),
    queryP95Ms: Math.max(...Object.values(p95s(queries))),
    queryUnderLoadP95Ms: Math.max(...Object.values(p95s(loadedQueries))),
    cpuMsPerSecond,
    lagP95MsOfView: lagP95s,
    queryP95MsOf: p95s(queries),
    queryUnderLoadP95MsOf: p95s(loadedQueries),
  };
}

function textOf(result: ReturnType<typeof resultOf>): string {
  const { queryP95MsOf, queryUnderLoadP95MsOf, lagP95MsOfView, cpuMsPerSecond } = result;
  return [
    `${result.events} events in the log, projected into all views in ${result.catchUpSeconds} s, start of the service included`,
    `While events come: ${cpuMsPerSecond['views'] ?? '?'} ms of CPU per second in the views' process, ${cpuMsPerSecond['postgres'] ?? '?'} in PostgreSQL`,
    '',
    table([['view', `lag p95, ms, at ${result.eventsPerSecond} events/s`], ...Object.entries(lagP95MsOfView).map(([name, ms]) => [name, String(ms)])]),
    '',
    table([
      ['query', 'p95, ms', 'while events come'],
      ...Object.entries(queryP95MsOf).map(([name, ms]) => [name, String(ms), String(queryUnderLoadP95MsOf[name] ?? '')]),
    ]),
  ].join('\n');
}
