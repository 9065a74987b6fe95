import { setTimeout as delay } from 'node:timers/promises';
import { invoicesOf } from './invoice';
import type { RetailLine } from './lines';
import { dueAfter } from './pace';
import { planOf, type OrderPlan, type ReturnPlan } from './plan';
import type { ReportFile } from './report';
import type { ClaimPlan, Sales } from './sales';
import { Tally, type ClaimOutcome, type Outcome } from './tally';

export interface RunOptions {
  readonly place: (plan: OrderPlan) => Promise<Outcome>;
  readonly claim: (plan: ClaimPlan) => Promise<ClaimOutcome>;
  readonly sales: Sales;
  readonly report: Pick<ReportFile, 'add'>;
  readonly inFlight: number;
  /** Times as fast as real time; as fast as it goes where undefined. */
  readonly speed?: number | undefined;
  /** At most so many orders. */
  readonly limit?: number | undefined;
  readonly signal: AbortSignal;
  readonly onEnded?: (tally: Tally) => void;
}

/** The second reading: places what can be placed, claims what comes back, and accounts for the rest. */
export const run = (lines: AsyncIterable<RetailLine>, options: RunOptions): Promise<Tally> => new Run(options).all(lines);

class Run {
  private readonly tally = new Tally();
  private readonly underWay = new Set<Promise<void>>();
  /** The customer's last work: returns wait for it, for they are about earlier orders. */
  private readonly lastOf = new Map<string, Promise<void>>();
  private readonly started = Date.now();
  private first: Date | undefined;
  private orders = 0;
  /** A service is gone for good: all stop. */
  private failure: { error: unknown } | undefined;

  constructor(private readonly options: RunOptions) {}

  async all(lines: AsyncIterable<RetailLine>): Promise<Tally> {
    const { tally } = this;
    for await (const invoice of invoicesOf(lines)) {
      const plan = planOf(invoice);
      tally.invoiceRead(plan.lines);
      if (plan.kind === 'refused') {
        const { number: line, StockCode: stockCode } = plan.at;
        await this.notPlaced(plan, plan.reason, { line, stockCode });
      } else if (plan.kind === 'order' && this.orders >= (this.options.limit ?? Infinity)) {
        await this.notPlaced(plan, 'beyond --limit');
      } else {
        await this.take(plan);
      }
    }
    await Promise.all(this.underWay);
    if (this.failure) throw this.failure.error;
    return tally;
  }

  private async notPlaced({ invoiceNo, lines }: { invoiceNo: string; lines: number }, reason: string, at: object = {}): Promise<void> {
    this.tally.invoiceNotPlaced(reason, lines);
    await this.options.report.add({ record: 'invoice', invoice: invoiceNo, ...at, result: 'not placed', reason });
  }

  private async take(plan: OrderPlan | ReturnPlan): Promise<void> {
    const { tally } = this;
    const { report, inFlight, speed, signal } = this.options;
    const { invoiceNo: invoice, customerId } = plan;
    if (plan.kind === 'order') {
      this.orders++;
      tally.invoicePlaced(plan.lines, plan.notStock);
    } else tally.invoiceReturned(plan.lines, plan.notStock);
    for (const { line, reason } of plan.notStock)
      await report.add({ record: 'line', invoice, line: line.number, stockCode: line.StockCode, result: 'not stock', reason });

    this.first ??= plan.date;
    const early = this.started + dueAfter(plan.date, this.first, speed) - Date.now();
    if (early > 0) await delay(early, undefined, { signal }).catch(() => undefined);
    while (this.underWay.size >= inFlight) await Promise.race(this.underWay);
    // The file is read to its end even where nothing more is placed, so that the counts add up.
    const before = this.lastOf.get(customerId) ?? Promise.resolve();
    const work: Promise<void> = (plan.kind === 'order' ? this.place(plan) : before.then(() => this.giveBack(plan))).finally(() => {
      this.underWay.delete(work);
      if (this.lastOf.get(customerId) === last) this.lastOf.delete(customerId);
    });
    const last = Promise.all([before, work]).then(() => undefined);
    this.underWay.add(work);
    this.lastOf.set(customerId, last);
  }

  private async place(plan: OrderPlan): Promise<void> {
    const { place, sales, report } = this.options;
    const outcome = await this.unlessOver<Outcome>(() => place(plan));
    if (outcome.kind === 'completed') sales.completed(plan, outcome.orderId);
    this.tally.ended(outcome);
    if (this.isOlder(outcome)) this.tally.placedBefore++;
    const { kind: result, ...rest } = outcome;
    await report.add({ record: 'order', invoice: plan.invoiceNo, result, ...rest });
    this.options.onEnded?.(this.tally);
  }

  private async giveBack(plan: ReturnPlan): Promise<void> {
    const { sales, claim, report } = this.options;
    const { invoiceNo: invoice } = plan;
    const { claims, orphans } = sales.claimsFor(plan);
    for (const { sku: stockCode } of orphans) {
      const outcome: ClaimOutcome = { kind: 'refused', reason: 'no earlier order' };
      this.tally.claimEnded(outcome);
      await report.add({ record: 'claim', invoice, stockCode, result: outcome.kind, reason: outcome.reason });
    }
    for (const each of claims) {
      const outcome = await this.unlessOver<ClaimOutcome>(() => claim(each));
      this.tally.claimEnded(outcome);
      const { kind: result, ...rest } = outcome;
      await report.add({ record: 'claim', invoice, result, orderId: each.orderId, match: each.match, ...rest });
    }
    this.tally.returnsEnded++;
    this.options.onEnded?.(this.tally);
  }

  private async unlessOver<T extends { kind: string }>(work: () => Promise<T>): Promise<T | { kind: 'interrupted' }> {
    if (this.options.signal.aborted || this.failure) return { kind: 'interrupted' };
    return work().catch((error: unknown) => {
      if (!this.options.signal.aborted) this.failure ??= { error };
      return { kind: 'interrupted' };
    });
  }

  /** An order is older than this run when its id was made before it, the services' clock being about ours. */
  private isOlder = (outcome: Outcome) => 'orderId' in outcome && timeOf(outcome.orderId) < this.started - 1_000;
}

/** A UUIDv7 begins with 48 bits of milliseconds since the epoch. */
const timeOf = (uuid: string) => parseInt(uuid.slice(0, 8) + uuid.slice(9, 13), 16);
