import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { ClientProcess } from './bench/client-process';
import { bothOf, comparisonOf, comparisonText } from './bench/comparison';
import { cpuOf } from './bench/cpu';
import { scrape, type Samples } from './bench/metrics';
import { blocksOf, type BenchPlan, type Block } from './bench/plan';
import { resultOf, resultText, type Measured, type Snapshot } from './bench/result';
import { benchLog, logText } from './bench/log';
import { serverProcesses } from './bench/server-processes';
import { BENCH_VHOST, dropSystem, fillShop, freshSystem, PREFIX } from './bench/system';
import { benchViews } from './bench/views';
import { runTool, ToolError } from './fail';
import { auditTable, checkInvariants } from './invariants';
import { positive } from './positive';
import { say, step } from './progress';
import { ORDER_SERVICES, type OrderService, type Services } from './services';
import { ensureStack, stopStack, type Servers } from './stack';
import { withLock } from './stack/lock';
import { STACK_DIR } from './stack/places';

const USAGE = `Usage: npm run bench -- [--sagas N] [--in-flight C] [--rate R] [--warm-up W] [--coordination STYLE] [--json] [--profile DIR]
       npm run bench -- --replay [--events N] [--json] [--profile DIR]

  --sagas N      orders that are measured; default 4000
  --in-flight C  closed loop: so many orders are open at any time; default 64
  --rate R       open loop: so many orders per second, instead
  --warm-up W    orders before the measured ones; default 1000
  --coordination STYLE  orchestration (default), choreography, or both: one half of the orders each, in turn, compared
  --replay       measures the event log instead: events taken in per second, and all of them through a projection
  --events N     with --replay: how many; default 100000
  --json         the last line is the result as JSON
  --profile DIR  every service writes a CPU profile into DIR

  --views        the read side instead: queries over 100,000 events, the views' lag at 500 events per second`;

interface Options {
  /** So many events through the log; `undefined`: orders. */
  readonly events: number | undefined;
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
    const locked = <T>(work: () => Promise<T>) => withLock(join(STACK_DIR, 'bench.lock'), work);
    const { events, profileDir } = options;
    if (events !== undefined) {
      const result = await locked(() => benchLog(servers, { events, profileDir, signal: stopped.signal }));
      console.log(`\n${logText(result)}`);
      if (options.json) console.log(JSON.stringify(result));
      return 0;
    }
    if (options.views) return await locked(() => benchViews(servers, stopped.signal));
    const measured = await locked(() => bench(options, servers, stopped.signal));
    const [only] = measured;
    const violations = measured.at(-1)?.measured.violations ?? [];
    const both = options.plan.coordination === 'both' ? bothOf(measured) : undefined;
    if (both) console.log(`\n${comparisonText(both)}`);
    else if (only) console.log(`\n${resultText(only.measured)}`);
    if (violations.length > 0) console.log(`\n${auditTable({ violations })}`);
    if (options.json) console.log(JSON.stringify(both ? comparisonOf(both) : only && resultOf(only.measured)));
    return violations.length === 0 && measured.every((block) => block.measured.client.failed === 0) ? 0 : 1;
  } finally {
    if (servers.startedByUs) await stopStack();
  }
}

/** Runs a system of its own for the time of the measurement. */
async function bench({ plan, profileDir }: Options, servers: Servers, signal: AbortSignal): Promise<MeasuredBlock[]> {
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

interface MeasuredBlock {
  readonly coordination: Block['coordination'];
  readonly measured: Measured;
}

interface Running {
  readonly services: Services;
  readonly client: ClientProcess;
  readonly servers: Servers;
  readonly signal: AbortSignal;
}

async function measure(plan: BenchPlan, { services, client, servers, signal }: Running): Promise<MeasuredBlock[]> {
  const snapshot = async (): Promise<Snapshot> => ({ cpu: cpuOf(processes(services, client)), metrics: await scrapeAll(services) });
  const system = { ...servers, prefix: PREFIX, vhost: BENCH_VHOST };
  await client.prepare({ ...plan, carts: services.url('carts'), orders: services.url('orders') }, signal);
  // What the warm-up left behind must not be counted with what follows.
  const early = await checkInvariants({ ...system, waitMs: 60_000 });
  if (early.length > 0) throw new ToolError('warm-up-violates', `After the warm-up, not all holds:\n${auditTable({ violations: early })}`);
  const all: MeasuredBlock[] = [];
  for (const block of blocksOf(plan)) {
    const before = await snapshot();
    const result = await client.measure(block, signal);
    const after = await snapshot();
    // One style must not be counted with what the other has left behind.
    const violations = await step('Waiting for the end of all work, checking the invariants', () => checkInvariants({ ...system, waitMs: 60_000 }));
    const measured = { plan, client: result, before, after, settled: await scrapeAll(services), violations };
    all.push({ coordination: block.coordination, measured });
  }
  return all;
}

async function scrapeAll(services: Services): Promise<ReadonlyMap<OrderService, Samples>> {
  return new Map(await Promise.all(ORDER_SERVICES.map(async (name) => [name, await scrape(services.url(name))] as const)));
}

/** Whose CPU is counted. */
function processes(services: Services, client: ClientProcess) {
  const nodes = Object.fromEntries(ORDER_SERVICES.map((name) => [name, [services.of(name).pid ?? 0]])) as Record<OrderService, number[]>;
  return { ...nodes, client: [client.pid], ...serverProcesses() };
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
  const number = (name: 'sagas' | 'in-flight' | 'rate' | 'warm-up' | 'events', whole = true) =>
    positive(name, values[name], { usage: USAGE, whole });
  const plan = {
    sagas: number('sagas') ?? 4_000,
    warmUp: number('warm-up') ?? 1_000,
    inFlight: number('in-flight') ?? 64,
    rate: number('rate', false),
    coordination: styleOf(values.coordination),
  };
  if (plan.coordination === 'both' && plan.sagas % 2 === 1) throw new ToolError('usage', `--sagas must be even for both styles\n\n${USAGE}`);
  const events = values.replay ? (number('events') ?? 100_000) : undefined;
  return { plan, events, json: values.json, profileDir: values.profile && resolve(values.profile), views: values.views };
}

function styleOf(text: string): BenchPlan['coordination'] {
  if (text === 'orchestration' || text === 'choreography' || text === 'both') return text;
  throw new ToolError('usage', `--coordination must be orchestration, choreography or both, not "${text}"\n\n${USAGE}`);
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
        coordination: { type: 'string', default: 'orchestration' },
        replay: { type: 'boolean', default: false },
        events: { type: 'string' },
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
