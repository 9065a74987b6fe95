import { gate, nextId, outgoing, Rollback, type UnitOfWorkTest } from './unit-of-work-test';

export function testTransactions<Tx>(test: UnitOfWorkTest<Tx>): void {
  const { capabilities } = test;
  const store = () => test.setup.unitOfWork.store;

  describe('a transaction', () => {
    it('commits everything, and returns what its work returned', async () => {
      const id = nextId();
      const result = await test.run(async (tx) => {
        await test.setup.write(tx, 'stock', 7);
        await store().claim(tx, 'worker', [id]);
        return 'done';
      });
      expect(result).toBe('done');
      expect(await test.setup.read('stock')).toBe(7);
      expect(await test.run((tx) => store().claim(tx, 'worker', [id]))).toEqual(new Set());
    });

    it('leaves nothing behind when its work throws, and throws the same', async () => {
      const [id, failure] = [nextId(), new Rollback('no')];
      const running = test.run(async (tx) => {
        await test.setup.write(tx, 'stock', 7);
        await store().claim(tx, 'worker', [id]);
        await store().record(tx, [outgoing('loaf')], []);
        await store().recordAttempt(tx, 'worker', id);
        await store().takeKeys(tx, [{ scope: 'POST /loaves', key: 'a', fingerprint: 'f' }]);
        throw failure;
      });
      await expect(running).rejects.toBe(failure);
      expect(await test.setup.read('stock')).toBeUndefined();
      await test.run(async (tx) => {
        expect(await store().claim(tx, 'worker', [id])).toEqual(new Set([id]));
        expect(await store().sweep(tx, { ageMs: -1_000, limit: 10, except: [] })).toEqual([]);
        expect(await store().recordAttempt(tx, 'worker', id)).toBe(1);
        expect(await store().takeKeys(tx, [{ scope: 'POST /loaves', key: 'a', fingerprint: 'f' }])).toEqual([]);
        const row = outgoing('loaf');
        expect((await store().record(tx, [row], [])).get(row.id)).toBe(1);
      });
    });

    it('sees its own writes', async () => {
      const id = nextId();
      await test.run(async (tx) => {
        await store().claim(tx, 'worker', [id]);
        expect(await store().claim(tx, 'worker', [id])).toEqual(new Set());
      });
    });

    it('includes what its work did not wait for', async () => {
      const row = outgoing('loaf');
      await test.run(async (tx) => {
        void store().record(tx, [row], []);
        void test.setup.write(tx, 'stock', 3);
      });
      expect(await test.setup.read('stock')).toBe(3);
      const swept = await test.run((tx) => store().sweep(tx, { ageMs: -1_000, limit: 10, except: [] }));
      expect(swept.map(({ id }) => id)).toEqual([row.id]);
    });

    it('fails as a whole when something it did not wait for fails', async () => {
      const row = outgoing('loaf');
      await test.run((tx) => store().record(tx, [row], []));
      const running = test.run(async (tx) => {
        await test.setup.write(tx, 'stock', 3);
        // The outbox has this message already.
        void store().record(tx, [row], []).catch(() => undefined);
      });
      await expect(running).rejects.toThrow();
      expect(await test.setup.read('stock')).toBeUndefined();
    });

    it('that fails does not hold up the next one', async () => {
      const outcomes = await Promise.allSettled(
        Array.from({ length: 20 }, (_, n) =>
          test.run(async (tx) => {
            await test.setup.write(tx, `stock-${n}`, n);
            if (n % 2 === 1) throw new Rollback('odd');
          }),
        ),
      );
      expect(outcomes.map(({ status }) => status === 'fulfilled')).toEqual(outcomes.map((_, n) => n % 2 === 0));
      expect(await Promise.all(outcomes.map((_, n) => test.setup.read(`stock-${n}`)))).toEqual(
        outcomes.map((_, n) => (n % 2 === 0 ? n : undefined)),
      );
    });

    if (capabilities.concurrent)
      it('runs beside another one', async () => {
        const [first, second] = [gate(), gate()];
        await Promise.all([
          test.run(async (tx) => {
            await store().claim(tx, 'worker', [nextId()]);
            first.open();
            await second.passed;
          }),
          first.passed.then(() => test.run((tx) => store().claim(tx, 'worker', [nextId()]))).then(second.open),
        ]);
      });
  });
}
