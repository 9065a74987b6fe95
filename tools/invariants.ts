import { parseArgs } from 'node:util';
import { DATABASE_NAMES } from '../prisma/databases';
import { runTool, ToolError } from './fail';
import { audit, type Audit, type DatabaseUrls } from './invariants/check';
import { INVARIANTS, type Violation } from './invariants/violation';
import { ensureStack, type Servers } from './stack';
import { VHOST } from './stack/reset';
import { table } from './table';

export { audit, type Audit, type DatabaseUrls } from './invariants/check';
export { INVARIANTS, type Invariant, type Violation } from './invariants/violation';

export interface SystemToCheck extends Pick<Servers, 'amqpUrl' | 'databaseUrl' | 'managementUrl'> {
  /** Of the databases' names. */
  readonly prefix?: string | undefined;
  /** Databases with names of their own, by service; the prefix is for the others. */
  readonly databaseUrls?: Partial<DatabaseUrls> | undefined;
  readonly vhost: string;
  /** Messages that must be in a dead-letter queue, by the queue they died in. Default: none anywhere. */
  readonly expectedDead?: Readonly<Record<string, number>> | undefined;
  /** How long work may still be in flight. Default 10 s. */
  readonly waitMs?: number | undefined;
}

/** Checks a whole system on one PostgreSQL and one RabbitMQ; returns what does not hold, nothing when all does. */
export async function checkInvariants(system: SystemToCheck): Promise<readonly Violation[]> {
  return (await auditSystem(system)).violations;
}

export const auditSystem = ({ databaseUrl, prefix = '', databaseUrls, waitMs, ...broker }: SystemToCheck): Promise<Audit> =>
  audit({ databases: { ...databasesAt(databaseUrl, prefix), ...databaseUrls }, broker, waitMs });

/** Every service's database on one server. */
export function databasesAt(serverUrl: string, prefix = ''): DatabaseUrls {
  const at = (name: string) => {
    const url = new URL(serverUrl);
    url.pathname = `/${prefix}${name}`;
    return url.toString();
  };
  return Object.fromEntries(DATABASE_NAMES.map((name) => [name, at(name)])) as DatabaseUrls;
}

/** One row per invariant, and below it examples of what breaks it. */
export function auditTable({ violations }: Pick<Audit, 'violations'>): string {
  const broken = new Map(violations.map((violation) => [violation.invariant, violation]));
  return table([
    ['invariant', 'holds', 'examples'],
    ...INVARIANTS.flatMap((invariant): string[][] => {
      const violation = broken.get(invariant);
      if (!violation) return [[invariant, 'yes', '']];
      const more = violation.count - violation.examples.length;
      const examples = [...violation.examples, ...(more > 0 ? [`... and ${more} more`] : [])];
      return examples.map((example, index) => (index === 0 ? [invariant, `NO (${violation.count})`, example] : ['', '', example]));
    }),
  ]);
}

const USAGE =
  'Usage: npm run invariants [-- --prefix PREFIX] [--vhost VHOST] [--wait SECONDS] [--expect-dead QUEUE=COUNT]... [--json]';

async function main(args: readonly string[]): Promise<number> {
  const { values } = parse(args);
  const result = await auditSystem({
    ...(await ensureStack()),
    prefix: values.prefix,
    vhost: values.vhost,
    waitMs: seconds(values.wait) * 1_000,
    expectedDead: Object.fromEntries(values['expect-dead'].map(deadOf)),
  });
  if (values.json) console.log(JSON.stringify(result));
  else console.log(`${auditTable(result)}\n\n${result.orders} orders checked: ${result.violations.length === 0 ? 'all holds' : 'NOT all holds'}.`);
  return result.violations.length === 0 ? 0 : 1;
}

function parse(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      options: {
        prefix: { type: 'string', default: '' },
        vhost: { type: 'string', default: VHOST },
        wait: { type: 'string', default: '10' },
        'expect-dead': { type: 'string', multiple: true, default: [] },
        json: { type: 'boolean', default: false },
      },
    });
  } catch (error) {
    throw new ToolError('usage', `${(error as Error).message}\n${USAGE}`);
  }
}

function seconds(text: string): number {
  const value = Number(text);
  if (text.trim() === '' || !(value >= 0 && value < Infinity)) throw new ToolError('usage', `--wait must be seconds, not "${text}"\n${USAGE}`);
  return value;
}

function deadOf(text: string): [string, number] {
  const [, queue = '', count = ''] = /^(.+)=(\d+)$/.exec(text) ?? [];
  if (queue === '') throw new ToolError('usage', `--expect-dead must be QUEUE=COUNT, not "${text}"\n${USAGE}`);
  return [queue, Number(count)];
}

if (require.main === module) void runTool(() => main(process.argv.slice(2)));
