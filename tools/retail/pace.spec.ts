import { dueAfter } from './pace';

const first = new Date('2024-03-01T09:00:00Z');

it('keeps the distances of the invoices, a thousand times as fast', () => {
  expect(dueAfter(new Date('2024-03-01T09:20:00Z'), first, 1_000)).toBe(1_200);
});

it('goes as fast as it can without a speed', () => {
  expect(dueAfter(new Date('2024-03-02T09:00:00Z'), first, undefined)).toBe(0);
});

it('does not wait for an invoice that is older than the first', () => {
  expect(dueAfter(new Date('2024-02-01T09:00:00Z'), first, 10)).toBe(0);
});
