import { setTimeout as delay } from 'node:timers/promises';
import { invoicesOf } from './invoice';
import type { RetailLine } from './lines';
import { dueAfter } from './pace';
import { planOf, type OrderPlan } from './plan';
import type { ReportFile } from './report';
import { Tally, type Outcome } from './tally';

export interface RunOptions {
  readonly place: (plan: OrderPlan) => Promise<Outcome>;
  readonly report: Pick<ReportFile, 'add'>;
  readonly inFlight: number;
  /** Times as fast as real time; as fast as it goes where undefined. */
  readonly speed?: number | undefined;
  /** At most so many orders. */
  readonly limit?: number | undefined;
  readonly signal: AbortSignal;
  readonly onEnded?: (tally: Tally) => void;
}

/** The second reading: places what can be placed, and accounts for the rest. One place fails for good: all stop. */
export async function run(lines: AsyncIterable<RetailLine>, options: RunOptions): Promise<Tally> {
  const { place, report, inFlight, speed, limit = Infinity, signal } = options;
  const tally = new Tally();
  const placing = new Set<Promise<void>>();
  const started = Date.now();
  // An order is older than this run when its id was made before it, the services' clock being about ours.
  const isOlder = (outcome: Outcome) => 'orderId' in outcome && timeOf(outcome.orderId) < started - 1_000;
  let failure: { error: unknown } | undefined;
  let first: Date | undefined;
  let orders = 0;

  const placeOne = async (plan: OrderPlan) => {
    const outcome = await place(plan).catch((error: unknown): Outcome => {
      if (!signal.aborted) failure ??= { error };
      return { kind: 'interrupted' };
    });
    tally.ended(outcome);
    if (isOlder(outcome)) tally.placedBefore++;
    const { kind: result, ...rest } = outcome;
    await report.add({ record: 'order', invoice: plan.invoiceNo, result, ...rest });
    options.onEnded?.(tally);
  };

  for await (const invoice of invoicesOf(lines)) {
    const plan = planOf(invoice);
    tally.invoiceRead(plan.lines);
    if (plan.kind === 'refused') {
      tally.invoiceNotPlaced(plan.reason, plan.lines);
      const { number: line, StockCode: stockCode } = plan.at;
      await report.add({ record: 'invoice', invoice: plan.invoiceNo, line, stockCode, result: 'not placed', reason: plan.reason });
      continue;
    }
    if (orders >= limit) {
      tally.invoiceNotPlaced('beyond --limit', plan.lines);
      await report.add({ record: 'invoice', invoice: plan.invoiceNo, result: 'not placed', reason: 'beyond --limit' });
      continue;
    }
    orders++;
    tally.invoicePlaced(plan.lines, plan.notStock);
    for (const { line, reason } of plan.notStock)
      await report.add({ record: 'line', invoice: plan.invoiceNo, line: line.number, stockCode: line.StockCode, result: 'not stock', reason });
    first ??= plan.date;
    const early = started + dueAfter(plan.date, first, speed) - Date.now();
    if (early > 0) await delay(early, undefined, { signal }).catch(() => undefined);
    while (placing.size >= inFlight) await Promise.race(placing);
    if (signal.aborted || failure) {
      tally.ended({ kind: 'interrupted' });
      await report.add({ record: 'order', invoice: plan.invoiceNo, result: 'interrupted' });
      continue; // The file is read to its end all the same, so that the counts add up.
    }
    const work: Promise<void> = placeOne(plan).finally(() => placing.delete(work));
    placing.add(work);
  }
  await Promise.all(placing);
  if (failure) throw failure.error;
  return tally;
}

/** A UUIDv7 begins with 48 bits of milliseconds since the epoch. */
const timeOf = (uuid: string) => parseInt(uuid.slice(0, 8) + uuid.slice(9, 13), 16);
