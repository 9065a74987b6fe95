import { gate, Rollback, type UnitOfWorkTest } from './unit-of-work-test';

const taken = (key: string, fingerprint = 'f', scope = 'POST /loaves') => ({ scope, key, fingerprint });

export function testKeys<Tx>(test: UnitOfWorkTest<Tx>): void {
  const store = () => test.setup.unitOfWork.store;
  const take = (...keys: ReturnType<typeof taken>[]) => test.run((tx) => store().takeKeys(tx, keys));
  /** Takes a key and answers it, as the runtime does. */
  const answer = (key: ReturnType<typeof taken>, reply: unknown) =>
    test.run(async (tx) => {
      const before = await store().takeKeys(tx, [key]);
      if (before.length === 0) await store().storeReplies(tx, [{ ...key, reply }]);
      return before;
    });

  describe('idempotency keys', () => {
    it('are free at first, and tell the stored reply and its fingerprint later', async () => {
      expect(await answer(taken('a', 'first'), { loafId: 1 })).toEqual([]);
      expect(await take(taken('a', 'second'))).toEqual([{ ...taken('a', 'first'), reply: { loafId: 1 } }]);
    });

    it.each([[{ nested: { list: [1, 'two', null] } }], ['text'], [0], [false], [null], [[]]])(
      'keep the reply %j',
      async (reply) => {
        await answer(taken('a'), reply);
        expect(await take(taken('a'))).toEqual([{ ...taken('a'), reply }]);
      },
    );

    it('are told apart by scope', async () => {
      await answer(taken('a'), 1);
      expect(await take(taken('a', 'f', 'POST /cakes'))).toEqual([]);
    });

    it('are taken in batches: those known are told, the others are taken', async () => {
      await answer(taken('b'), 'B');
      const told = await take(taken('c'), taken('b'), taken('a'));
      expect(told).toEqual([{ ...taken('b'), reply: 'B' }]);
      expect((await take(taken('a'), taken('b'), taken('c'))).map(({ key }) => key).sort()).toEqual(['a', 'b', 'c']);
    });

    it('are free again when the transaction fails', async () => {
      const failed = test.run(async (tx) => {
        await store().takeKeys(tx, [taken('a')]);
        await store().storeReplies(tx, [{ ...taken('a'), reply: 1 }]);
        throw new Rollback('no');
      });
      await expect(failed).rejects.toThrow(Rollback);
      expect(await answer(taken('a'), 2)).toEqual([]);
    });

    it('make the second taker wait for the first, and then tell him the reply', async () => {
      const [has, go] = [gate(), gate()];
      const first = test.run(async (tx) => {
        await store().takeKeys(tx, [taken('a')]);
        has.open();
        await go.passed;
        await store().storeReplies(tx, [{ ...taken('a'), reply: 'first' }]);
      });
      await has.passed;
      const second = take(taken('a'));
      go.open();
      await first;
      expect(await second).toEqual([{ ...taken('a'), reply: 'first' }]);
    });

    it('taken from many sides at once are answered once', async () => {
      const keys = ['a', 'b', 'c', 'd'];
      const results = await Promise.all(
        Array.from({ length: 12 }, (_, n) =>
          test.run(async (tx) => {
            const mine = (n % 2 === 0 ? keys : [...keys].reverse()).map((key) => taken(key));
            const before = new Set((await store().takeKeys(tx, mine)).map(({ key }) => key));
            const free = mine.filter(({ key }) => !before.has(key));
            await store().storeReplies(tx, free.map((key) => ({ ...key, reply: n })));
            return free.map(({ key }) => key);
          }),
        ),
      );
      expect(results.flat().sort()).toEqual(keys);
    });
  });
}
