import { join } from 'node:path';
import { invoicesOf } from './invoice';
import { linesOf } from './lines';
import { notStock } from './not-stock';
import { planOf, type Plan } from './plan';

const SAMPLE = join(__dirname, 'sample.csv');

async function plans(): Promise<Plan[]> {
  const all: Plan[] = [];
  for await (const invoice of invoicesOf(linesOf(SAMPLE))) all.push(planOf(invoice));
  return all;
}

describe('what to do with an invoice', () => {
  it('places it, its lines summed by SKU and price, without what is no stock', async () => {
    const [first] = await plans();
    expect(first).toMatchObject({
      kind: 'order',
      invoiceNo: '700001',
      lines: 5,
      customerId: '41001',
      country: 'United Kingdom',
      date: new Date('2024-03-01T09:00:00Z'),
      items: [
        { sku: '31001A', quantity: 8, unitPrice: 255 },
        { sku: '31001A', quantity: 48, unitPrice: 210 },
        { sku: '31002', quantity: 4, unitPrice: 300 },
      ],
      notStock: [{ reason: 'shipping' }],
    });
  });

  it('keeps SKUs apart that differ in case only', async () => {
    const [, second] = await plans();
    expect(second).toMatchObject({
      items: [
        { sku: '31003b', quantity: 3, unitPrice: 165 },
        { sku: '31003B', quantity: 5, unitPrice: 165 },
      ],
      notStock: [{ reason: 'manual entry' }],
    });
  });

  it('says why not, and names the line', async () => {
    const refused = (await plans()).flatMap((plan) => (plan.kind === 'refused' ? [[plan.invoiceNo, plan.reason, plan.at.number]] : []));
    expect(refused).toEqual([
      ['700003', 'missing customer', 10],
      ['700005', 'zero price', 15],
      ['700006', 'price not in minor units', 16],
      ['700007', 'missing customer', 17],
      ['700008', 'quantity not positive', 18],
      ['700009', 'no stock line', 19],
      ['A700012', 'no invoice number', 23],
      ['700013', 'malformed line', 24],
      ['700014', 'bad quantity', 25],
      ['700015', 'several customers', 27],
      ['700016', 'bad date', 28],
    ]);
  });

  it('returns what a cancellation takes back, in positive quantities', async () => {
    const returns = (await plans()).filter(({ kind }) => kind === 'return');
    expect(returns).toMatchObject([
      { invoiceNo: 'C700004', customerId: '41001', items: [{ sku: '31001A', quantity: 2, unitPrice: 255 }], notStock: [{ reason: 'discount' }] },
      { invoiceNo: 'C700011', customerId: '41005', items: [{ sku: '31005', quantity: 74_215, unitPrice: 104 }], notStock: [] },
      { invoiceNo: 'C700018', items: [{ sku: '31002', quantity: 40, unitPrice: 300 }] },
      { invoiceNo: 'C700019', customerId: '41009' },
    ]);
  });

  it('refuses a cancellation that sells', () => {
    const line = { number: 2, complete: true, InvoiceNo: 'C1', StockCode: '31002', Description: '', InvoiceDate: '2024-03-01 09:00', UnitPrice: '3', CustomerID: '7', Country: '' };
    const plan = (Quantity: string) => planOf({ invoiceNo: 'C1', lines: [{ ...line, Quantity }] });
    expect(plan('1')).toMatchObject({ kind: 'refused', reason: 'quantity not negative' });
    expect(plan('0')).toMatchObject({ kind: 'refused', reason: 'quantity not negative' });
    expect(plan('-1')).toMatchObject({ kind: 'return', items: [{ sku: '31002', quantity: 1, unitPrice: 300 }] });
  });

  it('places everything else', async () => {
    const placed = (await plans()).filter(({ kind }) => kind === 'order').map(({ invoiceNo }) => invoiceNo);
    expect(placed).toEqual(['700001', '700002', '700010', '700017', '700002']);
  });

  it('leaves no line out', async () => {
    let lines = 0;
    for await (const _ of linesOf(SAMPLE)) lines++;
    expect((await plans()).reduce((sum, plan) => sum + plan.lines, 0)).toBe(lines);
  });
});

describe('what is no stock', () => {
  it.each([
    ['POST', 'shipping'],
    ['C2', 'shipping'],
    ['m', 'manual entry'],
    ['BANK CHARGES', 'fee'],
    ['gift_0001_20', 'voucher'],
    ['TEST001', 'test'],
    ['SOMETHING NEW', 'other'],
    ['85123A', undefined],
    ['DCGS0003', undefined],
    ['constructor', 'other'],
  ])('%s: %s', (code, reason) => {
    expect(notStock(code)).toBe(reason);
  });
});
