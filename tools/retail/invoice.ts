import type { RetailLine } from './lines';

export interface Invoice {
  readonly invoiceNo: string;
  readonly lines: readonly RetailLine[];
}

/** Lines that follow each other with one number are an invoice. A number that comes again later is another one. */
export async function* invoicesOf(lines: AsyncIterable<RetailLine>): AsyncGenerator<Invoice> {
  let current: RetailLine[] = [];
  for await (const line of lines) {
    const first = current[0];
    if (first && first.InvoiceNo !== line.InvoiceNo) {
      yield { invoiceNo: first.InvoiceNo, lines: current };
      current = [];
    }
    current.push(line);
  }
  if (current[0]) yield { invoiceNo: current[0].InvoiceNo, lines: current };
}
