import fc from 'fast-check';
import { sample } from './claims-testing';
import { refundOf, type Granted } from './refund-lines';

const { order } = sample();
const total = (amount: number) => ({ amount, currency: 'GBP' });

it('the amount is what the units cost and the goods come back, unless somebody says otherwise', () => {
  expect(refundOf([{ sku: 'TEAPOT', quantity: 2 }, { sku: 'MUG', quantity: 5, amount: 100, restock: false }], order)).toEqual({
    lines: [
      { sku: 'TEAPOT', quantity: 2, amount: 4_990, restock: true },
      { sku: 'MUG', quantity: 5, amount: 100, restock: false },
    ],
    total: total(5_090),
  });
});

it('of a product sold at two prices the cheaper units are meant, and the dearer ones may be given back', () => {
  expect(refundOf([{ sku: 'MUG', quantity: 2 }], order).total).toEqual(total(1_990));
  expect(refundOf([{ sku: 'MUG', quantity: 2, amount: 2_000 }], order).total).toEqual(total(2_000));
  expect(refundOf([{ sku: 'MUG', quantity: 5 }], order).total).toEqual(total(4_990));
});

it.each<[string, Granted[]]>([
  ['a product that was not ordered', [{ sku: 'KETTLE', quantity: 1 }]],
  ['more units than were ordered', [{ sku: 'TEAPOT', quantity: 3 }]],
  ['more money than they cost', [{ sku: 'MUG', quantity: 2, amount: 2_001 }]],
  ['a product that comes twice', [{ sku: 'TEAPOT', quantity: 1 }, { sku: 'TEAPOT', quantity: 1 }]],
  ['nothing at all', [{ sku: 'TEAPOT', quantity: 1, amount: 0 }]],
  ['no lines', []],
])('refuses %s', (_, granted) => {
  expect(() => refundOf(granted, order)).toThrow(expect.objectContaining({ code: 'refund-lines-refused' }));
});

it('never gives back more than was paid, and the lines make up the total', () => {
  const line = fc.record({
    sku: fc.constantFrom('TEAPOT', 'MUG', 'KETTLE'),
    quantity: fc.integer({ min: 1, max: 7 }),
    amount: fc.option(fc.integer({ min: 0, max: 6_000 }), { nil: undefined }),
  });
  fc.assert(
    fc.property(fc.array(line, { maxLength: 3 }), (granted) => {
      try {
        const refund = refundOf(granted, order);
        expect(refund.total.amount).toBe(refund.lines.reduce((sum, { amount }) => sum + amount, 0));
        expect(refund.total.amount).toBeLessThanOrEqual(order.total?.amount ?? 0);
        expect(refund.total.amount).toBeGreaterThan(0);
      } catch (error) {
        if ((error as { code?: string }).code !== 'refund-lines-refused') throw error;
      }
    }),
  );
});
