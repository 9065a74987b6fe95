import { latenciesOf, percentile } from './latency';

const hundred = Array.from({ length: 100 }, (_, index) => index + 1);

it.each([
  [50, 50],
  [95, 95],
  [99, 99],
  [100, 100],
  [0, 1],
])('the %d. percentile of 1 to 100 is %d', (percent, value) => {
  expect(percentile(hundred, percent)).toBe(value);
});

it('is a value that was measured, also of few', () => {
  expect(percentile([10, 20, 30], 50)).toBe(20);
  expect(percentile([10, 20, 30], 95)).toBe(30);
  expect(percentile([7], 50)).toBe(7);
});

it('is no number where nothing was measured', () => {
  expect(percentile([], 50)).toBeNaN();
});

it('sorts by value, and leaves the measurements as they are', () => {
  const values = Float64Array.of(9, 100, 10, 1);
  expect(latenciesOf(values)).toEqual({ p50: 9, p95: 100, p99: 100, max: 100 });
  expect([...values]).toEqual([9, 100, 10, 1]);
});
