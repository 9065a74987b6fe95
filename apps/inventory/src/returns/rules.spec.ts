import { StockReturned, ReturnRefused } from '@comptoir/contracts/inventory';
import fc from 'fast-check';
import { NotSoldYet } from './errors';
import { returnAnswer, reversalAnswer, type GoodsReturn } from './goods-return';
import { reverse, takeBack, type OrderReturns, type ReturnEntry, type ReturnSettled } from './rules';

const ids = { refundId: 'refund', claimId: 'claim', orderId: 'order' };
const line = (sku: string, quantity: number, restock = true) => ({ sku, quantity, amount: 100, restock });
const units = (sku: string, quantity: number) => ({ sku, quantity });
const sold = { state: 'sold', lines: [units('MUG', 3), units('JUG', 1)] } as const;
const back = (...entries: [string, number, number][]): OrderReturns =>
  new Map(entries.map(([sku, returned, kept]) => [sku, { returned, kept }]));
const entry = (change: Partial<ReturnEntry> = {}): ReturnEntry => ({ reservation: sold, goods: undefined, back: back(), ...change });
const take = (change: Partial<ReturnEntry>, ...lines: ReturnType<typeof line>[]) => takeBack(entry(change), { ...ids, lines }, false);
const plain = ({ goods, back, moved }: ReturnSettled) => ({ state: goods.state, back: Object.fromEntries(back), moved: Object.fromEntries(moved) });

describe('taking goods back', () => {
  it('returns what is to be restocked, SKU by SKU, and nothing else', () => {
    const after = take({}, line('MUG', 1), line('JUG', 1, false), line('MUG', 1));
    expect(plain(after)).toEqual({ state: 'returned', back: { MUG: { returned: 2, kept: 0 } }, moved: { MUG: 2 } });
    expect(returnAnswer(after.goods)).toMatchObject({ type: StockReturned, body: { ...ids, lines: [units('MUG', 2)] } });
  });

  it('has an answer where nothing is to be restocked', () => {
    const after = take({}, line('JUG', 1, false));
    expect(plain(after)).toEqual({ state: 'returned', back: {}, moved: {} });
    expect(returnAnswer(after.goods)).toMatchObject({ type: StockReturned, body: { lines: [] } });
  });

  it('counts units that an undone return could not give back as there already', () => {
    expect(plain(take({ back: back(['MUG', 0, 2]) }, line('MUG', 3)))).toMatchObject({ back: { MUG: { returned: 3, kept: 0 } }, moved: { MUG: 1 } });
    expect(plain(take({ back: back(['MUG', 1, 2]) }, line('MUG', 1)))).toMatchObject({ back: { MUG: { returned: 2, kept: 1 } }, moved: { MUG: 0 } });
  });

  it.each<[string, Partial<ReturnEntry>, ReturnType<typeof line>[], string, string]>([
    ['more than was sold', {}, [line('MUG', 4)], 'more-than-sold', '4 of MUG to be returned, 3 sold and not returned'],
    ['more than is not returned yet', { back: back(['MUG', 2, 0]) }, [line('MUG', 2)], 'more-than-sold', '2 of MUG to be returned, 1 sold and not returned'],
    ['something else than was sold', {}, [line('mug', 1)], 'more-than-sold', '1 of mug to be returned, 0 sold and not returned'],
    ['all lines for one that does not fit', {}, [line('JUG', 1), line('MUG', 4)], 'more-than-sold', '4 of MUG to be returned, 3 sold and not returned'],
    ['absurd quantities', {}, [line('MUG', Number.MAX_SAFE_INTEGER), line('MUG', Number.MAX_SAFE_INTEGER)], 'more-than-sold', '9007199254740991 of MUG to be returned, 3 sold and not returned'],
    ['an order that nobody knows', { reservation: undefined }, [line('MUG', 1)], 'not-sold', 'the order’s stock is missing'],
    ['an order that was cancelled', { reservation: { state: 'released', lines: [units('MUG', 3)] } }, [line('MUG', 1, false)], 'not-sold', 'the order’s stock is released'],
  ])('refuses %s', (_, change, lines, reason, detail) => {
    const after = take(change, ...lines);
    expect(plain(after)).toMatchObject({ state: 'refused', moved: {} });
    expect(after.back).toEqual(change.back ?? back());
    expect(returnAnswer(after.goods)).toMatchObject({ type: ReturnRefused, body: { ...ids, reason, detail } });
  });

  it('waits a little for the sale of an order whose goods are reserved, then refuses', () => {
    const reserved = entry({ reservation: { state: 'reserved', lines: sold.lines } });
    const wanted = { ...ids, lines: [line('MUG', 1)] };
    expect(() => takeBack(reserved, wanted, false)).toThrow(NotSoldYet);
    expect(returnAnswer(takeBack(reserved, wanted, true).goods).body).toMatchObject({ reason: 'not-sold' });
  });
});

describe('reversing', () => {
  const returned = take({}, line('MUG', 2), line('JUG', 1));

  it('takes out of stock what came back', () => {
    const after = reverse({ ...returned, reservation: sold }, ids, 'failed', new Map([['MUG', 2], ['JUG', 9]]));
    expect(plain(after)).toEqual({ state: 'reversed', back: { MUG: { returned: 0, kept: 0 }, JUG: { returned: 0, kept: 0 } }, moved: { MUG: -2, JUG: -1 } });
    expect(reversalAnswer(after.goods).body).toEqual({ ...ids, lines: [units('MUG', 2), units('JUG', 1)], reason: 'failed' });
    expect(returnAnswer(after.goods).body).toMatchObject({ reason: 'void', detail: 'failed' });
  });

  it('keeps what has been sold on, and stock is never negative', () => {
    const after = reverse({ ...returned, reservation: sold }, ids, 'failed', new Map([['MUG', 1], ['JUG', 0]]));
    expect(plain(after)).toEqual({ state: 'reversed', back: { MUG: { returned: 0, kept: 1 }, JUG: { returned: 0, kept: 1 } }, moved: { MUG: -1, JUG: -0 } });
    expect(reversalAnswer(after.goods).body).toMatchObject({ lines: [units('MUG', 1)] });
  });

  it('what has not come leaves it void, and the late return is refused', () => {
    const { goods } = reverse(entry(), ids, 'early', new Map());
    expect(goods.state).toBe('void');
    expect(reversalAnswer(goods).body).toEqual({ ...ids, lines: [], reason: 'early' });
    const late = take({ goods }, line('MUG', 1));
    expect(plain(late)).toMatchObject({ state: 'void', moved: {} });
    expect(returnAnswer(late.goods).body).toMatchObject({ reason: 'void', detail: 'early' });
  });

  it('again, or what was refused, changes nothing', () => {
    const once = reverse({ ...returned, reservation: sold }, ids, 'failed', new Map([['MUG', 2], ['JUG', 1]]));
    const again = reverse({ ...once, reservation: sold }, ids, 'otherwise', new Map([['MUG', 9]]));
    expect(plain(again)).toMatchObject({ state: 'reversed', moved: {} });
    expect(reversalAnswer(again.goods)).toEqual(reversalAnswer(once.goods));
    const refused = reverse({ ...take({}, line('MUG', 9)), reservation: sold }, ids, 'failed', new Map());
    expect(refused.goods.state).toBe('refused');
    expect(reversalAnswer(refused.goods).body).toMatchObject({ lines: [] });
  });
});

it('whatever is returned, sold on and reversed in whatever order: no unit is lost, and none comes back twice', () => {
  const step = fc.tuple(fc.constantFrom('return', 'reverse', 'sell-on'), fc.nat(4), fc.integer({ min: 1, max: 3 }));
  let kept = 0;
  fc.assert(
    fc.property(fc.array(step, { maxLength: 40, size: 'max' }), (history) => {
      const returns = new Map<number, GoodsReturn>();
      let books: OrderReturns = back();
      let [available, soldOn] = [0, 0];
      for (const [what, id, quantity] of history) {
        if (what === 'sell-on') {
          const out = Math.min(available, quantity);
          [available, soldOn] = [available - out, soldOn + out];
          continue;
        }
        const now = { reservation: sold, goods: returns.get(id), back: books };
        const own = { ...ids, refundId: String(id) };
        const after = what === 'return' ? takeBack(now, { ...own, lines: [line('MUG', quantity)] }, false) : reverse(now, own, 'failed', new Map([['MUG', available]]));
        returns.set(id, after.goods);
        books = after.back;
        available += after.moved.get('MUG') ?? 0;
        const there = books.get('MUG') ?? { returned: 0, kept: 0 };
        const standing = [...returns.values()].flatMap(({ state, lines }) => (state === 'returned' ? lines : [])).reduce((sum, each) => sum + each.quantity, 0);
        expect(there.returned).toBe(standing);
        expect(standing).toBeLessThanOrEqual(3);
        expect(available).toBeGreaterThanOrEqual(0);
        // Every unit that is back is somewhere: in stock, or sold on.
        expect(there.returned + there.kept).toBe(available + soldOn);
        expect(there.returned + there.kept).toBeLessThanOrEqual(3);
        kept += there.kept;
      }
    }),
    { numRuns: 300 },
  );
  expect(kept).toBeGreaterThan(0);
});
