import fc from 'fast-check';
import { difference } from './tally-table';

interface Count {
  readonly day: string;
  readonly key: string;
  readonly n: number;
  readonly amount: number;
}
const changed = (before: readonly Count[], after: readonly Count[]) => difference<Count>(['day', 'key'], ['n', 'amount'], before, after);
const count = (key: string, n: number, amount = 0): Count => ({ day: '2026-03-02', key, n, amount });

it('takes away where it was and adds where it is', () => {
  expect(changed([count('OPENED', 1, 5)], [count('SETTLED', 1, 5)])).toEqual([count('OPENED', -1, -5), count('SETTLED', 1, 5)]);
});

it('says nothing where nothing changed, and one row per key', () => {
  expect(changed([count('a', 1), count('b', 2)], [count('b', 2), count('a', 1)])).toEqual([]);
  expect(changed([], [count('a', 1), count('a', 2, 7)])).toEqual([count('a', 3, 7)]);
});

it('any number of changes, in parts of any size, comes to the sums of the last state', () => {
  const [day, key] = [fc.constantFrom('1', '2'), fc.constantFrom('', 'x', 'y')];
  const counts = fc.array(fc.record({ day, key, n: fc.nat(5), amount: fc.integer({ min: -9, max: 9 }) }), { maxLength: 6 });
  fc.assert(
    fc.property(fc.array(counts, { minLength: 1, maxLength: 8 }), (states) => {
      const sums = new Map<string, number[]>();
      const apply = (rows: readonly Count[]) =>
        rows.forEach(({ day, key, n, amount }) => {
          const [a = 0, b = 0] = sums.get(`${day} ${key}`) ?? [];
          sums.set(`${day} ${key}`, [a + n, b + amount]);
        });
      states.forEach((state, index) => apply(changed(states[index - 1] ?? [], state)));
      const told = new Map([...sums].filter(([, [n, amount]]) => n !== 0 || amount !== 0));
      sums.clear();
      apply(states.at(-1) ?? []);
      expect(told).toEqual(new Map([...sums].filter(([, [n, amount]]) => n !== 0 || amount !== 0)));
    }),
  );
});
