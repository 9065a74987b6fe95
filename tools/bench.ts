import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { ClientProcess } from './bench/client-process';
import { cpuOf } from './bench/cpu';
import { scrape, type Samples } from './bench/metrics';
import type { BenchPlan } from './bench/plan';
import { resultOf, resultText, type Measured, type Snapshot } from './bench/result';
import { BENCH_VHOST, dropSystem, fillShop, freshSystem, PREFIX } from './bench/system';
import { benchViews } from './bench/views';
import { runTool, ToolError } from './fail';
import { auditTable, checkInvariants } from './invariants';
import { positive } from './positive';
import { say, step } from './progress';
import { SERVICES, type ServiceName, type Services } from './services';
import { ensureStack, stopStack, type Servers } from './stack';
import { withLock } from './stack/lock';
import { STACK_DIR } from './stack/places';
import { portsFrom } from './stack/ports';
import { givenBy } from './stack/servers';
import { readState } from './stack/state';

const USAGE = `Usage: npm run bench -- [--sagas N] [--in-flight C] [--rate R] [--warm-up W] [--json] [--profile DIR]

  --sagas N      orders that are measured; default 4000
  --in-flight C  closed loop: so many orders are open at any time; default 64
  --rate R       open loop: so many orders per second, instead
  --warm-up W    orders before the measured ones; default 1000
  --json         the last line is the result as JSON
  --profile DIR  every service writes a CPU profile into DIR

  --views        the read side instead: queries over 100,000 events, the views' lag at 500 events per second`;

interface Options {
  readonly plan: BenchPlan;
  readonly json: boolean;
  readonly profileDir: string | undefined;
  readonly views: boolean;
}

async function main(args: readonly string[]): Promise<number> {
  const options = optionsFrom(args);
  const stopped = new AbortController();
  const stop = () => stopped.abort(new ToolError('interrupted', 'Interrupted.'));
  process.once('SIGINT', stop).once('SIGTERM', stop);
  const servers = await ensureStack();
  try {
    if (options.views) return await withLock(join(STACK_DIR, 'bench.lock'), () => benchViews(servers, stopped.signal));
    const measured = await withLock(join(STACK_DIR, 'bench.lock'), () => bench(options, servers, stopped.signal));
    console.log(`\n${resultText(measured)}`);
    if (measured.violations.length > 0) console.log(`\n${auditTable(measured)}`);
    if (options.json) console.log(JSON.stringify(resultOf(measured)));
    return measured.violations.length === 0 && measured.client.failed === 0 ? 0 : 1;
  } finally {
    if (servers.startedByUs) await stopStack();
  }
}

/** Runs a system of its own for the time of the measurement. */
async function bench({ plan, profileDir }: Options, servers: Servers, signal: AbortSignal): Promise<Measured> {
  let services: Services | undefined;
  let client: ClientProcess | undefined;
  try {
    services = await freshSystem(servers, profileDir);
    signal.throwIfAborted();
    const shop = services;
    await step('Filling the shop', () => fillShop(shop, servers));
    client = new ClientProcess(progress());
    return await measure(plan, { services, client, servers, signal });
  } finally {
    client?.end();
    await services?.stop();
    await dropSystem(servers);
  }
}

interface Running {
  readonly services: Services;
  readonly client: ClientProcess;
  readonly servers: Servers;
  readonly signal: AbortSignal;
}

async function measure(plan: BenchPlan, { services, client, servers, signal }: Running): Promise<Measured> {
  const snapshot = async (): Promise<Snapshot> => ({ cpu: cpuOf(processes(services, client)), metrics: await scrapeAll(services) });
  const system = { ...servers, prefix: PREFIX, vhost: BENCH_VHOST };
  await client.prepare({ ...plan, carts: services.url('carts'), orders: services.url('orders') }, signal);
  // What the warm-up left behind must not be counted with what follows.
  const early = await checkInvariants({ ...system, waitMs: 60_000 });
  if (early.length > 0) throw new ToolError('warm-up-violates', `After the warm-up, not all holds:\n${auditTable({ violations: early })}`);
  const before = await snapshot();
  const result = await client.measure(signal);
  const after = await snapshot();
  const violations = await step('Waiting for the end of all work, checking the invariants', () => checkInvariants({ ...system, waitMs: 60_000 }));
  return { plan, client: result, before, after, settled: await scrapeAll(services), violations };
}

async function scrapeAll(services: Services): Promise<ReadonlyMap<ServiceName, Samples>> {
  return new Map(await Promise.all(SERVICES.map(async (name) => [name, await scrape(services.url(name))] as const)));
}

/** Whose CPU is counted. Servers of somebody else are out of sight. */
function processes(services: Services, client: ClientProcess) {
  const given = givenBy(process.env);
  const { postgres, rabbitmq } = readState(portsFrom(process.env));
  const pid = (record: { pid: number } | undefined, isGiven: boolean) => (record && !isGiven ? [record.pid] : []);
  const nodes = Object.fromEntries(SERVICES.map((name) => [name, [services.of(name).pid ?? 0]])) as Record<ServiceName, number[]>;
  return {
    ...nodes,
    client: [client.pid],
    postgres: pid(postgres, Boolean(given.databaseUrl)),
    broker: pid(rabbitmq, Boolean(given.broker)),
  };
}

function progress() {
  let last = 0;
  return (what: string, done: number, of: number) => {
    const now = Date.now();
    if (now - last < (process.stderr.isTTY ? 200 : 5_000)) return;
    last = now;
    if (process.stderr.isTTY) process.stderr.write(`\r\x1b[K${what} ${done}/${of}${done >= of ? '\n' : ''}`);
    else say(`  ${what} ${done}/${of}`);
  };
}

function optionsFrom(args: readonly string[]): Options {
  const values = parse(args);
  const number = (name: 'sagas' | 'in-flight' | 'rate' | 'warm-up', whole = true) =>
    positive(name, values[name], { usage: USAGE, whole });
  const plan = {
    sagas: number('sagas') ?? 4_000,
    warmUp: number('warm-up') ?? 1_000,
    inFlight: number('in-flight') ?? 64,
    rate: number('rate', false),
  };
  return { plan, json: values.json, profileDir: values.profile && resolve(values.profile), views: values.views };
}

function parse(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      options: {
        sagas: { type: 'string' },
        'in-flight': { type: 'string' },
        rate: { type: 'string' },
        'warm-up': { type: 'string' },
        json: { type: 'boolean', default: false },
        profile: { type: 'string' },
        views: { type: 'boolean', default: false },
      },
    }).values;
  } catch (error) {
    throw new ToolError('usage', `${(error as Error).message}\n\n${USAGE}`);
  }
}

if (require.main === module) void runTool(() => main(process.argv.slice(2)));
