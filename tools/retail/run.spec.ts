import { join } from 'node:path';
import { linesOf } from './lines';
import type { OrderPlan } from './plan';
import { csv, totals, type ReportRow } from './report';
import { run, type RunOptions } from './run';
import { Sales, type ClaimPlan } from './sales';
import { survey } from './survey';
import type { ClaimOutcome, Outcome } from './tally';

const SAMPLE = join(__dirname, 'sample.csv');
// An id of the distant future: never older than the run.
const orderId = 'f19f0000-0000-7000-8000-000000000001';
const completed: Outcome = { kind: 'completed', orderId };

async function runSample(place: (plan: OrderPlan) => Promise<Outcome>, options: Partial<RunOptions> = {}) {
  const rows: ReportRow[] = [];
  const report = { add: async (row: ReportRow) => void rows.push(row) };
  const signal = new AbortController().signal;
  const found = await survey(linesOf(SAMPLE), 100);
  const sales = new Sales(found.returned.keys, found.returned.customers);
  const claim = async ({ lines }: ClaimPlan): Promise<ClaimOutcome> => ({
    kind: 'settled', claimId: orderId, amount: lines.reduce((sum, { amount }) => sum + amount, 0),
  });
  const tally = await run(linesOf(SAMPLE), { place, claim, sales, report, inFlight: 2, signal, ...options });
  return { tally, rows, differences: tally.differences(found) };
}

describe('the second reading', () => {
  it('accounts for every invoice and every line', async () => {
    const outcomes: Record<string, Outcome> = {
      '700002': { kind: 'cancelled', orderId, reason: 'out-of-stock: 31003b (3 wanted, 2 left)' },
      '700010': { kind: 'refused', reason: 'too much' },
      '700017': { kind: 'open', orderId },
    };
    const { tally, differences } = await runSample(async ({ invoiceNo }) => outcomes[invoiceNo] ?? completed);
    expect(differences).toEqual([]);
    expect(tally).toMatchObject({ completed: 1, open: 1, orders: 5, invoices: 20, lines: 32, linesOrdered: 10 });
    expect(Object.fromEntries(tally.cancelled.counts)).toEqual({ 'out-of-stock': 2 });
    expect(Object.fromEntries(tally.linesNotStock.counts)).toEqual({ shipping: 1, 'manual entry': 1, discount: 1 });
    expect(totals(tally)).toMatch(/^refused by a service: too much\s+1$/m);
    expect(totals(tally)).toMatch(/^returns\s+4$/m);
    expect(totals(tally)).toMatch(/^of returns\s+4$/m);
    expect(totals(tally)).toMatch(/^not placed: missing customer\s+2$/m);
    expect(totals(tally)).toMatch(/^refused: no earlier order\s+2$/m); // 700010 was refused, so C700011 has nothing to return; C700019
    expect(tally.claims).toEqual({ settled: 2, open: 0, interrupted: 0, amount: 2 * 255 + 40 * 300 });
  });

  it('lists what became of each order, what was not placed, and lines that are no stock', async () => {
    const { rows } = await runSample(async () => completed);
    expect(rows).toHaveLength(5 + 11 + 3 + 4);
    expect(rows).toContainEqual({ record: 'claim', invoice: 'C700019', stockCode: '31002', result: 'refused', reason: 'no earlier order' });
    expect(rows).toContainEqual({
      record: 'claim', invoice: 'C700011', result: 'settled', orderId, match: 'matched', claimId: orderId, amount: 74_215 * 104,
    });
    expect(rows).toContainEqual({ record: 'order', invoice: '700001', result: 'completed', orderId });
    expect(rows).toContainEqual({ record: 'line', invoice: '700001', line: 6, stockCode: 'POST', result: 'not stock', reason: 'shipping' });
    expect(rows).toContainEqual({
      record: 'invoice', invoice: '700006', line: 16, stockCode: '31004', result: 'not placed', reason: 'price not in minor units',
    });
  });

  it('would notice a line that went missing', async () => {
    const { tally } = await runSample(async () => completed);
    expect(tally.differences({ lines: 33, invoices: 20 })).toEqual(['lines of the second reading and of the first: 32 are not 33']);
    tally.linesOrdered--;
    expect(tally.differences({ lines: 32, invoices: 20 })).toEqual(['lines ordered, returned, not stock and not placed, and all: 31 are not 32']);
  });

  it('places no more at a time than it may', async () => {
    let placing = 0;
    let most = 0;
    await runSample(async () => {
      most = Math.max(most, ++placing);
      await new Promise(setImmediate);
      placing--;
      return completed;
    });
    expect(most).toBe(2);
  });

  it('gives back only when all earlier orders of the customer have ended', async () => {
    const events: string[] = [];
    const ended = (what: string) => void events.push(what);
    await runSample(
      async ({ invoiceNo }) => {
        for (let turns = 0; turns < 20; turns++) await new Promise(setImmediate);
        ended(invoiceNo);
        return completed;
      },
      {
        inFlight: 32,
        claim: async ({ invoiceNo }) => {
          ended(invoiceNo);
          return { kind: 'settled', claimId: orderId, amount: 0 };
        },
      },
    );
    expect(events.indexOf('C700004')).toBeGreaterThan(events.indexOf('700001'));
    expect(events.indexOf('C700011')).toBeGreaterThan(events.indexOf('700010'));
    expect(events.indexOf('700010')).toBeGreaterThan(-1);
  });

  it('stops placing at the limit, and still accounts for all', async () => {
    const { tally, differences } = await runSample(async () => completed, { limit: 2 });
    expect(tally.completed).toBe(2);
    expect(tally.notPlaced.counts.get('beyond --limit')).toBe(3);
    expect(differences).toEqual([]);
  });

  it('stops when told to, and still accounts for all', async () => {
    const stop = new AbortController();
    const { tally, differences } = await runSample(
      async () => {
        stop.abort();
        throw new Error('aborted');
      },
      { signal: stop.signal, inFlight: 1 },
    );
    expect(tally).toMatchObject({ completed: 0, interrupted: 5 });
    expect(differences).toEqual([]);
  });

  it('fails when a service is gone for good', async () => {
    await expect(runSample(() => Promise.reject(new Error('carts is gone')))).rejects.toThrow('carts is gone');
  });

  it('tells orders of an earlier run', async () => {
    const old = '01800000-0000-7000-8000-000000000001';
    const { tally } = await runSample(async ({ invoiceNo }) => ({ kind: 'completed', orderId: invoiceNo === '700001' ? old : orderId }));
    expect(tally.placedBefore).toBe(1);
  });
});

describe('the report', () => {
  it.each([
    ['plain', 'plain'],
    ['with, comma', '"with, comma"'],
    ['with "quotes"', '"with ""quotes"""'],
    ['=cmd()', "'=cmd()"],
    [7, '7'],
    [undefined, ''],
  ])('writes %p as %s', (value, text) => {
    expect(csv(value)).toBe(text);
  });
});
