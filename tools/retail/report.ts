import { createWriteStream } from 'node:fs';
import { once } from 'node:events';
import { finished } from 'node:stream/promises';
import { table } from '../table';
import type { Counts, Tally } from './tally';

export interface ReportRow {
  /**
   * `order`: an invoice that was placed. `claim`: what was asked back of one order by one return. `invoice`: one that is neither.
   * `line`: one of them that is no stock.
   */
  readonly record: 'order' | 'claim' | 'invoice' | 'line';
  readonly invoice: string;
  /** In the file; for an invoice that was not placed, the line at fault. */
  readonly line?: number;
  readonly stockCode?: string;
  readonly result: string;
  readonly reason?: string;
  readonly orderId?: string;
  readonly claimId?: string;
  /** Of a claim: whether the order has what comes back. */
  readonly match?: string;
  /** Of a settled claim, in minor units. */
  readonly amount?: number;
}

const COLUMNS = ['record', 'invoice', 'line', 'stockCode', 'result', 'reason', 'orderId', 'claimId', 'match', 'amount'] as const;

/** The full list, as CSV; written as it comes, so that its length costs no memory. */
export class ReportFile {
  private readonly stream;
  private failure: unknown;

  constructor(readonly file: string) {
    this.stream = createWriteStream(file);
    this.stream.once('error', (error) => (this.failure = error));
    this.stream.write(`${COLUMNS.join(',')}\n`);
  }

  async add(row: ReportRow): Promise<void> {
    if (this.failure) throw this.failure;
    if (!this.stream.write(`${COLUMNS.map((column) => csv(row[column])).join(',')}\n`)) await once(this.stream, 'drain');
  }

  async close(): Promise<void> {
    this.stream.end();
    await finished(this.stream);
  }
}

/** Quoted where it must be; a spreadsheet takes a field that begins with one of =+-@ for a formula. */
export function csv(value: string | number | undefined): string {
  const text = String(value ?? '').replace(/^[=+\-@]/, `'$&`);
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

/** All totals: every invoice stands in one row of the first table, every line in one row of the second, every claim in one of the third. */
export function totals(tally: Tally): string {
  return `${table([
    ['invoices', 'count'],
    ...rows('completed', new Map([['', tally.completed]])),
    ...rows('cancelled', tally.cancelled.counts),
    ...rows('refused by a service', tally.refused.counts),
    ...rows('not ended in time', new Map([['', tally.open]])),
    ...rows('interrupted', new Map([['', tally.interrupted]])),
    ...rows('returns', new Map([['', tally.returns]])),
    ...rows('not placed', tally.notPlaced.counts),
    ['all', String(tally.invoices)],
  ])}\n\n${table([
    ['lines', 'count'],
    ...rows('of orders', new Map([['', tally.linesOrdered]])),
    ...rows('of returns', new Map([['', tally.linesReturned]])),
    ...rows('of either, not stock', tally.linesNotStock.counts),
    ...rows('of invoices not placed', tally.linesNotPlaced.counts),
    ['all', String(tally.lines)],
  ])}\n\n${table([
    ['claims', 'count'],
    ...rows('settled', new Map([['', tally.claims.settled]])),
    ...rows('refused', tally.claimsRefused.counts),
    ...rows('not ended in time', new Map([['', tally.claims.open]])),
    ...rows('interrupted', new Map([['', tally.claims.interrupted]])),
  ])}`;
}

const rows = (what: string, counts: Counts): string[][] =>
  [...counts]
    .filter(([, count]) => count > 0)
    .sort(([, a], [, b]) => b - a)
    .map(([reason, count]) => [reason ? `${what}: ${reason}` : what, String(count)]);
