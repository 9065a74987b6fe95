import { virtualClock } from '../clock';
import { unitOfWorkContract } from '../testing/unit-of-work-contract';
import { inMemoryUnitOfWork } from './unit-of-work';

unitOfWorkContract('in-memory', { concurrent: false }, async () => {
  const unitOfWork = inMemoryUnitOfWork();
  return {
    unitOfWork,
    write: async (tx, key, value) => tx.table<number>('stock').set(key, value),
    read: (key) => unitOfWork.run(async (tx) => tx.table<number>('stock').get(key)),
    close: async () => {},
  };
});

describe('tables in memory', () => {
  it('hand out copies: a changed row is not a written one', async () => {
    const unitOfWork = inMemoryUnitOfWork();
    await unitOfWork.run(async (tx) => tx.table<{ n: number }>('stock').set('a', { n: 1 }));
    await unitOfWork.run(async (tx) => {
      const row = tx.table<{ n: number }>('stock').get('a');
      if (row) row.n = 2;
    });
    expect(await unitOfWork.rows('stock')).toEqual([{ n: 1 }]);
  });

  it('forget what was deleted, unless the transaction failed', async () => {
    const unitOfWork = inMemoryUnitOfWork();
    const remove = (failing: boolean) =>
      unitOfWork.run(async (tx) => {
        const table = tx.table<number>('stock');
        table.set('b', 2);
        const there = table.delete('a');
        expect(table.entries()).toEqual([['b', 2]]);
        if (failing) throw new Error('no');
        return there;
      });
    await unitOfWork.run(async (tx) => tx.table<number>('stock').set('a', 1));
    await expect(remove(true)).rejects.toThrow('no');
    expect(await unitOfWork.rows('stock')).toEqual([1]);
    expect(await remove(false)).toBe(true);
    expect(await unitOfWork.rows('stock')).toEqual([2]);
  });

  it('cannot be used when the transaction has ended', async () => {
    const table = await inMemoryUnitOfWork().run(async (tx) => tx.table<number>('stock'));
    expect(() => table.set('a', 1)).toThrow('has ended');
  });
});

describe('faults of transactions in memory', () => {
  const put = (unitOfWork: ReturnType<typeof inMemoryUnitOfWork>) =>
    unitOfWork.run(async (tx) => tx.table<number>('stock').set('a', 1));

  it.each([
    ['before-commit', []],
    ['after-commit', [1]],
  ] as const)('%s leave %j, once', async (when, rows) => {
    const unitOfWork = inMemoryUnitOfWork();
    const failure = new Error('connection lost');
    unitOfWork.failNext(when, failure);
    await expect(put(unitOfWork)).rejects.toBe(failure);
    expect(await unitOfWork.rows('stock')).toEqual(rows);
    await put(unitOfWork);
    expect(await unitOfWork.rows('stock')).toEqual([1]);
  });
});

describe('maintenance in memory', () => {
  const DAY = 86_400_000;
  const id = (time: number) => `${time.toString(16).padStart(12, '0').replace(/^(.{8})/, '$1-')}-7000-8000-000000000001`;

  it('forgets messages and requests older than the retention, and ids that tell no time never', async () => {
    const clock = virtualClock();
    const unitOfWork = inMemoryUnitOfWork({ clock });
    const { store } = unitOfWork;
    const random = '3d1f0d5e-9a7c-4f0e-8d6a-1b2c3d4e5f60';
    const old = id(clock.now());
    const key = { scope: 's', key: 'k', fingerprint: 'f' };
    await unitOfWork.run(async (tx) => {
      await store.claim(tx, 'one', [old, random]);
      await store.takeKeys(tx, [key]);
    });
    await clock.advance(10 * DAY);
    const recent = id(clock.now());
    await unitOfWork.run((tx) => store.claim(tx, 'one', [recent]));
    await clock.advance(5 * DAY);
    await unitOfWork.run(async (tx) => {
      await store.maintain(tx, 14);
      expect(await store.claim(tx, 'one', [old, recent, random])).toEqual(new Set([old]));
      expect(await store.takeKeys(tx, [key])).toEqual([]);
    });
  });
});
