import fc from 'fast-check';
import { bodySummary } from './body-summary';

it.each([
  [{ orderId: 'o-1', amount: { amount: 1250, currency: 'GBP' } }, 'orderId: o-1, amount: 1250 GBP'],
  [{ lines: [1, 2], reason: 'out-of-stock', context: { a: 1, b: 2 }, left: null, done: true }, 'lines: 2, reason: out-of-stock, context: {2}, left: null, done: true'],
  [{ amount: { amount: 1, currency: 'GBP', more: 1 } }, 'amount: {3}'],
  [{ 'a\nb': 'c\u0000d\u2028e' }, 'a b: c d e'],
  [{}, ''],
  [[1, 2, 3], '3'],
  ['text', 'text'],
  [null, 'null'],
  [undefined, 'undefined'],
])('%j in short', (body, summary) => {
  expect(bodySummary(body)).toBe(summary);
});

it('cuts long values, and the whole', () => {
  expect(bodySummary({ description: 'x'.repeat(200) })).toBe(`description: ${'x'.repeat(79)}…`);
  expect(bodySummary(Object.fromEntries(Array.from({ length: 1_000 }, (_, nth) => [`field${nth}`, nth])))).toHaveLength(300);
});

it('takes whatever JSON there is, and gives a line that a database takes', () => {
  fc.assert(
    fc.property(fc.oneof(fc.jsonValue(), fc.dictionary(fc.string({ unit: 'binary' }), fc.string({ unit: 'binary' }))), (body) => {
      const summary = bodySummary(body);
      expect(summary.length).toBeLessThanOrEqual(300);
      expect(summary).not.toMatch(/[\p{Cc}\p{Cs}\p{Zl}\p{Zp}]/u);
    }),
  );
});
