import type { OrderPlan, ReturnPlan } from './plan';
import { Sales, soldKey } from './sales';

const teapot = { sku: 'teapot', unitPrice: 255 };
const towel = { sku: 'towel', unitPrice: 300 };

const order = (day: number, items: OrderPlan['items']): OrderPlan => ({
  kind: 'order', invoiceNo: `70000${day}`, lines: items.length, customerId: '41001', country: undefined, date: new Date(Date.UTC(2024, 2, day)), items, notStock: [],
});
const returned = (items: ReturnPlan['items'], customerId = '41001'): ReturnPlan => ({
  kind: 'return', invoiceNo: 'C700009', lines: items.length, customerId, country: undefined, date: new Date(Date.UTC(2024, 2, 9)), items, notStock: [],
});
const sales = () => new Sales(new Set([teapot, towel].map((item) => soldKey('41001', item))), new Set(['41001', '41002']));

const claimsOf = (known: Sales, plan: ReturnPlan) => known.claimsFor(plan).claims.map(({ orderId, match, lines }) => ({ orderId, match, lines }));

describe('which order a return belongs to', () => {
  it('is the latest one with the same product, price and enough of it, whichever ended first', () => {
    const known = sales();
    known.completed(order(3, [{ ...teapot, quantity: 4 }]), 'third');
    known.completed(order(1, [{ ...teapot, quantity: 6 }]), 'first');
    known.completed(order(2, [{ ...teapot, quantity: 6 }]), 'second');
    const six = returned([{ ...teapot, quantity: 6 }]);
    const claim = (orderId: string, match: string) => ({ orderId, match, lines: [{ sku: 'teapot', quantity: 6, amount: 1_530 }] });
    expect(claimsOf(known, six)).toEqual([claim('second', 'matched')]);
    expect(claimsOf(known, six)).toEqual([claim('first', 'matched')]);
    expect(claimsOf(known, six)).toEqual([claim('third', 'too much')]);
  });

  it('is asked about apart from lines that no order has', () => {
    const known = sales();
    known.completed(order(1, [{ ...teapot, quantity: 6 }]), 'first');
    known.completed(order(2, [{ ...towel, quantity: 1 }]), 'second');
    const plan = returned([{ ...teapot, quantity: 2 }, { ...towel, quantity: 1 }, { ...teapot, unitPrice: 210, quantity: 1 }]);
    expect(claimsOf(known, plan)).toEqual([
      { orderId: 'first', match: 'matched', lines: [{ sku: 'teapot', quantity: 2, amount: 510 }] },
      { orderId: 'second', match: 'matched', lines: [{ sku: 'towel', quantity: 1, amount: 300 }] },
      { orderId: 'second', match: 'not bought', lines: [{ sku: 'teapot', quantity: 1, amount: 210 }] },
    ]);
  });

  it('has one line per product, at whatever prices', () => {
    const known = new Sales(new Set([soldKey('41001', teapot), soldKey('41001', { ...teapot, unitPrice: 210 })]), new Set(['41001']));
    known.completed(order(1, [{ ...teapot, quantity: 6 }, { ...teapot, unitPrice: 210, quantity: 48 }]), 'first');
    expect(claimsOf(known, returned([{ ...teapot, quantity: 1 }, { ...teapot, unitPrice: 210, quantity: 2 }]))).toEqual([
      { orderId: 'first', match: 'matched', lines: [{ sku: 'teapot', quantity: 3, amount: 675 }] },
    ]);
  });

  it('is none for a customer who ordered nothing before', () => {
    const items = [{ ...teapot, quantity: 1 }];
    expect(sales().claimsFor(returned(items, '41002'))).toEqual({ claims: [], orphans: items });
  });
});
