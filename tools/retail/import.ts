import { resolve } from 'node:path';
import { SingleBar } from 'cli-progress';
import { ToolError } from '../fail';
import type { DatabaseUrls } from '../invariants';
import { say, seconds, step } from '../progress';
import { ClaimsDesk } from '../rest/claims-desk';
import { offerProducts, openStock, untilOffersAreKnown } from '../rest/load-shop';
import { RestClient } from '../rest/rest-client';
import type { ServiceName } from '../services';
import { claim } from './claim';
import { linesOf } from './lines';
import { addsUp, moneyOf, moneyTable } from './money';
import { place } from './place';
import { ReportFile, totals } from './report';
import { run } from './run';
import { Sales } from './sales';
import { survey } from './survey';
import type { Tally } from './tally';

export interface ImportOptions {
  readonly file: string;
  /** Times as fast as the invoices' dates; undefined: as fast as it goes. */
  readonly speed?: number | undefined;
  /** Opening stock in percent of what all orders together take. */
  readonly stock: number;
  /** At most so many orders. */
  readonly limit?: number | undefined;
  /** At most so many orders at a time. */
  readonly inFlight: number;
  /** Where the full lists go. */
  readonly report: string;
}

export interface ImportTarget {
  url(name: ServiceName): string;
  /** To see whether carts has heard of all products, and whether the money adds up. */
  readonly databases: Pick<DatabaseUrls, 'catalog' | 'carts' | 'payments' | 'orders' | 'claims'>;
  readonly signal: AbortSignal;
  readonly print: (text: string) => void;
}

/** Reads the file twice: for products, prices and opening stock; then to place its invoices as orders, and its returns as claims. */
export async function importRetail(options: ImportOptions, target: ImportTarget): Promise<Tally> {
  const { file, inFlight } = options;
  const client = (name: ServiceName, connections = 4) => new RestClient(target.url(name), { signal: target.signal, connections });
  const shop = { catalog: client('catalog'), inventory: client('inventory'), carts: client('carts', inFlight), orders: client('orders', inFlight) };
  const claims = client('claims', inFlight);
  const desk = new ClaimsDesk(claims, 'import', target.signal);
  try {
    const found = await step(`Reading ${file}`, () => survey(linesOf(file), options.stock));
    say(`${found.lines} lines, ${found.invoices} invoices: ${found.orders} can be orders, of ${found.products.length} products; ${found.returns} return something`);
    await step('Offering the products', () => offerProducts(shop.catalog, found.products));
    await step('Setting the opening stock', () => openStock(shop.inventory, found.openingStock));
    await step('Waiting until carts knows the prices', () => untilOffersAreKnown(target.databases));

    const report = new ReportFile(options.report);
    const started = Date.now();
    const bar = progressBar(Math.min(found.orders, options.limit ?? Infinity) + found.returns);
    const tally = await run(linesOf(file), {
      ...options,
      report,
      signal: target.signal,
      place: (plan) => place(plan, shop),
      claim: (plan) => claim(plan, desk),
      sales: new Sales(found.returned.keys, found.returned.customers),
      onEnded: (each) =>
        bar.update(each.orders + each.returnsEnded, { completed: each.completed, cancelled: each.cancelled.total, settled: each.claims.settled, refused: each.claimsRefused.total }),
    }).finally(() => (bar.stop(), report.close()));
    const took = Date.now() - started;
    target.print(`\n${totals(tally)}\n`);
    const ended = tally.completed + tally.cancelled.total;
    target.print(`${ended} orders ended in ${seconds(took)} (${Math.round((ended * 1_000) / took)}/s). Full lists: ${resolve(options.report)}`);
    if (tally.placedBefore > 0) target.print(`${tally.placedBefore} of them were placed by an earlier run and found again.`);
    if (shop.orders.postponed > 0) target.print(`orders asked ${shop.orders.postponed} times to come back later.`);
    const money = await moneyOf(target.databases);
    target.print(`\n${moneyTable(money)}`);
    const ranToItsEnd = tally.open + tally.interrupted + tally.claims.open + tally.claims.interrupted === 0;
    if (ranToItsEnd && !addsUp(money))
      throw new ToolError('money-does-not-add-up', 'Captured minus refunded is not completed minus returned: npm run invariants says which orders.');
    const differences = tally.differences(found);
    if (differences.length > 0) throw new ToolError('does-not-add-up', `The counts do not add up:\n  ${differences.join('\n  ')}`);
    return tally;
  } finally {
    await Promise.all([claims, ...Object.values(shop)].map((each) => each.close()));
  }
}

function progressBar(total: number): SingleBar {
  const bar = new SingleBar({
    format: '{bar} {percentage}% | {value}/{total} | orders: {completed} completed, {cancelled} cancelled | claims: {settled} settled, {refused} refused | {eta_formatted} left',
    stream: process.stderr,
    noTTYOutput: true,
    notTTYSchedule: 15_000,
    hideCursor: true,
    gracefulExit: false, // Signals are the tool's.
  });
  bar.start(total, 0, { completed: 0, cancelled: 0, settled: 0, refused: 0 });
  return bar;
}
