import { setMaxListeners } from 'node:events';
import { existsSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { runTool, ToolError } from './fail';
import { auditSystem, auditTable, databasesAt } from './invariants';
import { positive } from './positive';
import { say, step } from './progress';
import { importRetail, type ImportOptions } from './retail/import';
import { ensureStack, stopStack } from './stack';
import { VHOST } from './stack/reset';
import { findServices } from './system/find-services';

const USAGE = `Usage: npm run import:retail -- FILE.csv[.gz] [--speed N] [--stock PERCENT] [--limit N] [--in-flight N] [--report FILE]

  --speed N       place the orders N times as fast as the invoices' dates; default: as fast as it goes
  --stock PERCENT opening stock, of what all orders together take; default 100
  --limit N       at most N orders
  --in-flight N   at most N orders at a time; default 32
  --report FILE   where the full lists go; default retail-report.csv

Uses the services that run (COMPTOIR_CATALOG_URL and so on say where, if not where npm start has them), or starts them.`;

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
      const { signal } = stopped;
      const databases = databasesAt(servers.databaseUrl);
      const tally = await importRetail(options, { url: services.url, databases, signal, print: (text) => console.log(text) });
      const { orders, violations } = await step('Checking the invariants', () => auditSystem({ ...servers, vhost: VHOST, waitMs: 120_000 }));
      console.log(`\n${auditTable({ violations })}\n\n${orders} orders checked: ${violations.length === 0 ? 'all holds' : 'NOT all holds'}.`);
      if (signal.aborted) return 130;
      return violations.length === 0 && tally.open + tally.claims.open === 0 ? 0 : 1;
    } finally {
      await services.stop();
    }
  } finally {
    if (servers.startedByUs) await stopStack();
  }
}

function optionsFrom(args: readonly string[]): ImportOptions {
  const { values, positionals } = parse(args);
  const [file, another] = positionals;
  if (file === undefined || another !== undefined) throw new ToolError('usage', USAGE);
  if (!existsSync(file)) throw new ToolError('no-file', `There is no file ${file}`);
  const number = (name: 'speed' | 'stock' | 'limit' | 'in-flight', whole: boolean) =>
    positive(name, values[name], { usage: USAGE, whole });
  return {
    file,
    speed: number('speed', false),
    stock: number('stock', false) ?? 100,
    limit: number('limit', true),
    inFlight: number('in-flight', true) ?? 32,
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
