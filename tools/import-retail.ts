import { setMaxListeners } from 'node:events';
import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { SingleBar } from 'cli-progress';
import { runTool, ToolError } from './fail';
import { auditSystem, auditTable, databasesAt } from './invariants';
import { say, seconds, step } from './progress';
import { RestClient } from './rest/rest-client';
import { offerProducts, openStock, untilOffersAreKnown } from './rest/load-shop';
import { linesOf } from './retail/lines';
import { place } from './retail/place';
import { ReportFile, totals } from './retail/report';
import { run } from './retail/run';
import { survey } from './retail/survey';
import type { Tally } from './retail/tally';
import { ensureStack, stopStack } from './stack';
import { VHOST } from './stack/reset';
import { findServices, type FoundServices } from './system/find-services';

const USAGE = `Usage: npm run import:retail -- FILE.csv[.gz] [--speed N] [--stock PERCENT] [--limit N] [--in-flight N] [--report FILE]

  --speed N       place the orders N times as fast as the invoices' dates; default: as fast as it goes
  --stock PERCENT opening stock, of what all orders together take; default 100
  --limit N       at most N orders
  --in-flight N   at most N orders at a time; default 32
  --report FILE   where the full lists go; default retail-report.csv

Uses the services that run (COMPTOIR_CATALOG_URL and so on say where, if not where npm start has them), or starts them.`;

interface Options {
  readonly file: string;
  readonly speed: number | undefined;
  readonly stock: number;
  readonly limit: number | undefined;
  readonly inFlight: number;
  readonly report: string;
}

async function main(args: readonly string[]): Promise<number> {
  const options = optionsFrom(args);
  const stopped = new AbortController();
  setMaxListeners(0, stopped.signal); // Every request in flight listens.
  const onSignal = () => {
    say('\nStopping. What was placed stays; the next run goes on from there.');
    stopped.abort();
  };
  process.once('SIGINT', onSignal).once('SIGTERM', onSignal);
  const servers = await ensureStack();
  try {
    const services = await findServices(servers);
    try {
      const tally = await importFile(options, services, databasesAt(servers.databaseUrl), stopped.signal);
      const { orders, violations } = await step('Checking the invariants', () => auditSystem({ ...servers, vhost: VHOST, waitMs: 120_000 }));
      console.log(`\n${auditTable({ violations })}\n\n${orders} orders checked: ${violations.length === 0 ? 'all holds' : 'NOT all holds'}.`);
      if (stopped.signal.aborted) return 130;
      return violations.length === 0 && tally.open === 0 ? 0 : 1;
    } finally {
      await services.stop();
    }
  } finally {
    if (servers.startedByUs) await stopStack();
  }
}

async function importFile(options: Options, services: FoundServices, databases: ReturnType<typeof databasesAt>, signal: AbortSignal): Promise<Tally> {
  const { file, inFlight } = options;
  const client = (name: Parameters<FoundServices['url']>[0], connections?: number) =>
    new RestClient(services.url(name), { signal, ...(connections ? { connections } : {}) });
  const shop = { catalog: client('catalog'), inventory: client('inventory'), carts: client('carts', inFlight), orders: client('orders', inFlight) };
  try {
    const found = await step(`Reading ${file}`, () => survey(linesOf(file), options.stock));
    say(`${found.lines} lines, ${found.invoices} invoices: ${found.orders} can be orders, of ${found.products.length} products`);
    await step('Offering the products', () => offerProducts(shop.catalog, found.products));
    await step('Setting the opening stock', () => openStock(shop.inventory, found.openingStock));
    await step('Waiting until carts knows the prices', () => untilOffersAreKnown(databases));

    const report = new ReportFile(options.report);
    const started = Date.now();
    const bar = progressBar(Math.min(found.orders, options.limit ?? Infinity));
    const tally = await run(linesOf(file), {
      ...options,
      report,
      signal,
      place: (plan) => place(plan, shop),
      onEnded: (each) => bar.update(each.orders, { completed: each.completed, cancelled: each.cancelled.total }),
    }).finally(() => (bar.stop(), report.close()));
    const took = Date.now() - started;
    console.log(`\n${totals(tally)}\n`);
    console.log(`${tally.orders} orders in ${seconds(took)} (${Math.round((tally.orders * 1_000) / took)}/s). Full lists: ${resolve(options.report)}`);
    if (tally.placedBefore > 0) console.log(`${tally.placedBefore} of them were placed by an earlier run and found again.`);
    if (shop.orders.postponed > 0) console.log(`orders asked ${shop.orders.postponed} times to come back later.`);
    const differences = tally.differences(found);
    if (differences.length > 0) throw new ToolError('does-not-add-up', `The counts do not add up:\n  ${differences.join('\n  ')}`);
    return tally;
  } finally {
    await Promise.all(Object.values(shop).map((each) => each.close()));
  }
}

function progressBar(total: number): SingleBar {
  const bar = new SingleBar({
    format: '{bar} {percentage}% | {value}/{total} orders | {completed} completed, {cancelled} cancelled | {eta_formatted} left',
    stream: process.stderr,
    noTTYOutput: true,
    notTTYSchedule: 15_000,
    hideCursor: true,
    gracefulExit: false, // Signals are ours.
  });
  bar.start(total, 0, { completed: 0, cancelled: 0 });
  return bar;
}

function optionsFrom(args: readonly string[]): Options {
  const { values, positionals } = parse(args);
  const [file, another] = positionals;
  if (file === undefined || another !== undefined) throw new ToolError('usage', USAGE);
  if (!existsSync(file)) throw new ToolError('no-file', `There is no file ${file}`);
  const positive = (name: keyof typeof values, whole: boolean): number | undefined => {
    const text = values[name];
    if (text === undefined) return undefined;
    const value = Number(text);
    if (text.trim() === '' || !(value > 0 && value < Infinity) || (whole && !Number.isSafeInteger(value)))
      throw new ToolError('usage', `--${name} must be a positive ${whole ? 'whole ' : ''}number, not "${text}"\n\n${USAGE}`);
    return value;
  };
  return {
    file,
    speed: positive('speed', false),
    stock: positive('stock', false) ?? 100,
    limit: positive('limit', true),
    inFlight: positive('in-flight', true) ?? 32,
    report: values.report,
  };
}

function parse(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      allowPositionals: true,
      options: {
        speed: { type: 'string' },
        stock: { type: 'string' },
        limit: { type: 'string' },
        'in-flight': { type: 'string' },
        report: { type: 'string', default: 'retail-report.csv' },
      },
    });
  } catch (error) {
    throw new ToolError('usage', `${(error as Error).message}\n\n${USAGE}`);
  }
}

if (require.main === module) void runTool(() => main(process.argv.slice(2)));
