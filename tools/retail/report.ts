import { createWriteStream } from 'node:fs';
import { once } from 'node:events';
import { finished } from 'node:stream/promises';
import { table } from '../table';
import type { Counts, Tally } from './tally';

export interface ReportRow {
  /** `order`: an invoice that was placed. `invoice`: one that was not. `line`: a line of an order that is no stock. */
  readonly record: 'order' | 'invoice' | 'line';
  readonly invoice: string;
  /** In the file; for an invoice that was not placed, the line at fault. */
  readonly line?: number;
  readonly stockCode?: string;
  readonly result: string;
  readonly reason?: string;
  readonly orderId?: string;
}

const COLUMNS = ['record', 'invoice', 'line', 'stockCode', 'result', 'reason', 'orderId'] as const;

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

/** All totals: every invoice stands in one row of the first table, every line in one row of the second. */
export function totals(tally: Tally): string {
  return `${table([
    ['invoices', 'count'],
    ...rows('completed', new Map([['', tally.completed]])),
    ...rows('cancelled', tally.cancelled.counts),
    ...rows('refused by a service', tally.refused.counts),
    ...rows('not ended in time', new Map([['', tally.open]])),
    ...rows('interrupted', new Map([['', tally.interrupted]])),
    ...rows('not placed', tally.notPlaced.counts),
    ['all', String(tally.invoices)],
  ])}\n\n${table([
    ['lines', 'count'],
    ...rows('of orders', new Map([['', tally.linesOrdered]])),
    ...rows('of orders, not stock', tally.linesNotStock.counts),
    ...rows('of invoices not placed', tally.linesNotPlaced.counts),
    ['all', String(tally.lines)],
  ])}`;
}

const rows = (what: string, counts: Counts): string[][] =>
  [...counts]
    .filter(([, count]) => count > 0)
    .sort(([, a], [, b]) => b - a)
    .map(([reason, count]) => [reason ? `${what}: ${reason}` : what, String(count)]);
