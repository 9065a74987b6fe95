import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { System } from '../../test/harness/system';
import { ORDER_SERVICES } from '../services';
import { importRetail, type ImportOptions } from './import';
import { moneyOf } from './money';

const FILE = join(__dirname, 'sample.csv');

let system: System | undefined;
let dir: string;
beforeEach(() => void (dir = mkdtempSync(join(tmpdir(), 'import-'))));
afterEach(async () => {
  await system?.stop();
  system = undefined;
  rmSync(dir, { recursive: true });
});

const report = () => join(dir, 'report.csv');

async function start(name: string): Promise<System> {
  system = await System.start({ name, only: [...ORDER_SERVICES, 'claims'] });
  return system;
}

function importSample(running: System, options: Partial<ImportOptions> = {}) {
  return importRetail(
    { file: FILE, stock: 100, inFlight: 4, report: report(), ...options },
    { url: (name) => running.url(name), databases: running.ground.databases, signal: running.signal, print: () => undefined },
  );
}

describe('importing a file of invoices', () => {
  it('places what can be placed, once however often it is done, and reports the rest', async () => {
    const running = await start('import-once');
    const first = await importSample(running);
    // 700002 comes again with other lines: whichever of the two is placed first is the order.
    expect(first).toMatchObject({ completed: 4, open: 0, interrupted: 0, placedBefore: 0 });
    expect(Object.fromEntries(first.refused.counts)).toEqual({ 'invoice number used twice, with different lines': 1 });
    expect(first.notPlaced.total).toBe(11);
    expect(first.claims).toEqual({ settled: 2, open: 0, interrupted: 0, amount: 2 * 255 + 74_215 * 104 });
    expect(Object.fromEntries(first.claimsRefused.counts)).toEqual({ 'not-in-order': 1, 'no earlier order': 1 });
    expect(await running.violations()).toEqual([]);

    const orders = await running.rows<{ customer_id: string; total: string }>(
      'orders',
      `SELECT customer_id, total FROM orders.customer_order WHERE status = 'COMPLETED' ORDER BY total`,
    );
    expect(orders).toContainEqual({ customer_id: '41001', total: String(8 * 255 + 48 * 210 + 4 * 300) });
    expect(orders).toContainEqual({ customer_id: '41005', total: String(74_215 * 104) });
    const lines = readFileSync(report(), 'utf8').split('\n');
    expect(lines).toContain('invoice,700006,16,31004,not placed,price not in minor units,,,,');
    expect(lines.filter((line) => line.startsWith('order,'))).toHaveLength(5);

    const second = await importSample(running);
    expect(second).toMatchObject({ completed: 4, claims: first.claims });
    const money = await moneyOf(running.ground.databases);
    expect(money.returned).toBe(BigInt(first.claims.amount));
    expect(money.captured - money.refunded).toBe(money.completed - money.returned);
    expect(await running.rows('claims', `SELECT 1 FROM event_store.event WHERE type = 'claims.claim-opened'`)).toHaveLength(2);
    expect(await running.rows('orders', 'SELECT 1 FROM orders.customer_order')).toHaveLength(4);
    expect(await running.violations()).toEqual([]);

    // Units have been sold from that opening stock: another one would no longer add up.
    await expect(importSample(running, { stock: 80 })).rejects.toThrow(/Use the same file and --stock as before/);
  });

  it('runs short with less stock, and leaves nothing reserved', async () => {
    const running = await start('import-short');
    const tally = await importSample(running, { stock: 80 });
    expect(tally.completed).toBe(0);
    expect(Object.fromEntries(tally.cancelled.counts)).toEqual({ 'out-of-stock': 4 });
    expect(await running.violations()).toEqual([]);
  });
});
