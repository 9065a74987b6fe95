import { createReadStream } from 'node:fs';
import { pipeline } from 'node:stream';
import { createGunzip } from 'node:zlib';
import { parse, type InfoRecord } from 'csv-parse';
import { ToolError } from '../fail';

export const COLUMNS = [
  'InvoiceNo',
  'StockCode',
  'Description',
  'Quantity',
  'InvoiceDate',
  'UnitPrice',
  'CustomerID',
  'Country',
] as const;
export type Column = (typeof COLUMNS)[number];

/** A line of the file as text, blanks around each field dropped. */
export interface RetailLine extends Readonly<Record<Column, string>> {
  /** In the file, from 1. */
  readonly number: number;
  /** False when it has more or fewer fields than the heading. */
  readonly complete: boolean;
}

/** Reads the file line by line, `.gz` or plain; memory stays the same however long it is. */
export async function* linesOf(file: string): AsyncGenerator<RetailLine> {
  const source = createReadStream(file);
  const parser = parse({ bom: true, info: true, relax_column_count: true, relax_quotes: true, skip_empty_lines: true });
  const broken = new Promise<never>((_, reject) => {
    const fail = (error: unknown) => error && reject(unreadable(file, error));
    if (file.endsWith('.gz')) pipeline(source, createGunzip(), parser, fail);
    else pipeline(source, parser, fail);
  });
  broken.catch(() => undefined); // told where the records are awaited
  const records = parser[Symbol.asyncIterator]() as AsyncIterator<{ record: string[]; info: InfoRecord }>;
  const next = () => Promise.race([records.next().catch((error: unknown) => Promise.reject(unreadable(file, error))), broken]);
  try {
    const heading = await next();
    if (heading.done) throw new ToolError('no-heading', `${file} is empty`);
    const places = placesIn(heading.value.record, file);
    for (let each = await next(); !each.done; each = await next()) {
      const { record, info } = each.value;
      yield lineOf(record, places, info.lines, record.length === heading.value.record.length);
    }
  } finally {
    source.destroy();
  }
}

function placesIn(heading: readonly string[], file: string): Readonly<Record<Column, number>> {
  const names = heading.map((name) => name.trim());
  const missing = COLUMNS.filter((column) => !names.includes(column));
  if (missing.length > 0)
    throw new ToolError('no-heading', `${file} has no column ${missing.join(', ')}. Its first line must name: ${COLUMNS.join(', ')}.`);
  return Object.fromEntries(COLUMNS.map((column) => [column, names.indexOf(column)])) as Record<Column, number>;
}

function lineOf(record: readonly string[], places: Readonly<Record<Column, number>>, number: number, complete: boolean): RetailLine {
  const field = (column: Column) => (record[places[column]] ?? '').trim();
  const fields = Object.fromEntries(COLUMNS.map((column) => [column, field(column)])) as Record<Column, string>;
  return { ...fields, number, complete };
}

function unreadable(file: string, error: unknown): unknown {
  if (error instanceof ToolError) return error;
  return new ToolError('unreadable', `${file} cannot be read: ${error instanceof Error ? error.message : String(error)}`);
}
