import fc from 'fast-check';
import { combine, reserve, unitsOf, type Wanted } from './stock';

const line = (sku: string, quantity: number) => ({ sku, quantity });
const order = (orderId: string, ...lines: { sku: string; quantity: number }[]): Wanted => ({ orderId, lines });
const stock = (units: Record<string, number>) => new Map(Object.entries(units));
const states = (available: Record<string, number>, ...orders: Wanted[]) =>
  reserve(stock(available), orders).decisions.map(({ state }) => state);

describe('reserve', () => {
  it.each<[string, Record<string, number>, Wanted[], string[]]>([
    ['takes what is there', { A: 3 }, [order('1', line('A', 3))], ['reserved']],
    ['refuses more than is there', { A: 3 }, [order('1', line('A', 4))], ['rejected']],
    ['serves the first of two that cannot both be served', { A: 3 }, [order('1', line('A', 2)), order('2', line('A', 2))], ['reserved', 'rejected']],
    ['leaves what a refused order wanted to those behind', { A: 3 }, [order('1', line('A', 4)), order('2', line('A', 3))], ['rejected', 'reserved']],
    ['takes all lines or none', { A: 5, B: 0 }, [order('1', line('A', 5), line('B', 1)), order('2', line('A', 5))], ['rejected', 'reserved']],
    ['adds up a SKU that stands in two lines', { A: 3 }, [order('1', line('A', 2), line('A', 2))], ['rejected']],
    ['tells SKUs apart by case', { '85099B': 1 }, [order('1', line('85099b', 1)), order('2', line('85099B', 1))], ['rejected', 'reserved']],
  ])('%s', (_, available, orders, expected) => {
    expect(states(available, ...orders)).toEqual(expected);
  });

  it('says of every line that is short what is left of it', () => {
    const { decisions } = reserve(stock({ A: 3, B: 1, C: 9 }), [
      order('1', line('A', 2)),
      order('2', line('A', 2), line('C', 1), line('B', 5)),
    ]);
    expect(decisions[1]).toMatchObject({
      reason: 'out-of-stock',
      shortages: [
        { sku: 'A', requested: 2, available: 1 },
        { sku: 'B', requested: 5, available: 1 },
      ],
    });
  });

  it('tells a SKU nobody ever stocked from one that has run out', () => {
    const { decisions } = reserve(stock({ A: 0 }), [order('1', line('A', 1)), order('2', line('A', 1), line('X', 1))]);
    expect(decisions.map((each) => 'reason' in each && each.reason)).toEqual(['out-of-stock', 'unknown-sku']);
  });

  it('refuses absurd quantities with a number that JSON carries exactly', () => {
    const { decisions } = reserve(stock({ A: 5 }), [order('1', line('A', Number.MAX_SAFE_INTEGER), line('A', Number.MAX_SAFE_INTEGER))]);
    expect(decisions[0]).toMatchObject({ shortages: [{ requested: Number.MAX_SAFE_INTEGER, available: 5 }] });
  });

  const skus = fc.constantFrom('A', 'B', 'C', 'D');
  const lines = fc.array(fc.record({ sku: skus, quantity: fc.integer({ min: 1, max: 6 }) }), { minLength: 1, maxLength: 4 });
  const orders = fc.array(lines, { maxLength: 12 }).map((all) => all.map((each, index) => order(String(index), ...each)));
  const available = fc.dictionary(skus, fc.integer({ min: 0, max: 12 })).map((units) => new Map(Object.entries(units)));

  it('never takes more than there is, and takes exactly what it promised', () => {
    fc.assert(
      fc.property(available, orders, (units, wanted) => {
        const { decisions, taken } = reserve(units, wanted);
        const promised = unitsOf(decisions.flatMap((each) => (each.state === 'reserved' ? each.lines : [])));
        expect([...taken].sort()).toEqual([...promised].sort());
        for (const [sku, quantity] of taken) expect(quantity).toBeLessThanOrEqual(units.get(sku) ?? 0);
      }),
    );
  });

  it('decides each order as if those behind it had never come', () => {
    fc.assert(
      fc.property(available, orders, fc.nat(), (units, wanted, cut) => {
        const first = wanted.slice(0, wanted.length === 0 ? 0 : cut % (wanted.length + 1));
        expect(reserve(units, wanted).decisions.slice(0, first.length)).toEqual(reserve(units, first).decisions);
      }),
    );
  });

  it('refuses only what could not be served from what was left', () => {
    fc.assert(
      fc.property(available, orders, (units, wanted) => {
        const left = new Map(units);
        for (const [index, decision] of reserve(units, wanted).decisions.entries()) {
          const wish = unitsOf(wanted[index]!.lines);
          const fits = [...wish].every(([sku, quantity]) => (left.get(sku) ?? 0) >= quantity);
          expect(decision.state).toBe(fits ? 'reserved' : 'rejected');
          if (fits) for (const [sku, quantity] of wish) left.set(sku, left.get(sku)! - quantity);
        }
      }),
    );
  });
});

describe('combine', () => {
  it('sums a SKU into its first line', () => {
    expect(combine([line('B', 1), line('A', 2), line('B', 3)])).toEqual([line('B', 4), line('A', 2)]);
  });
  it('leaves lines alone that are distinct', () => {
    const lines = [line('B', 1), line('A', 2)];
    expect(combine(lines)).toBe(lines);
  });
});
