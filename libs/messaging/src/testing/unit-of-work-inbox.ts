import { gate, nextId, Rollback, type UnitOfWorkTest } from './unit-of-work-test';

const ids = (count: number) => Array.from({ length: count }, nextId);

export function testClaims<Tx>(test: UnitOfWorkTest<Tx>): void {
  const claim = (tx: Tx, consumer: string, messages: readonly string[]) =>
    test.setup.unitOfWork.store.claim(tx, consumer, messages);

  describe('claiming messages', () => {
    it('succeeds once for each consumer', async () => {
      const [a, b, c] = ids(3) as [string, string, string];
      expect(await test.run((tx) => claim(tx, 'one', [a, b]))).toEqual(new Set([a, b]));
      expect(await test.run((tx) => claim(tx, 'one', [b, c, a]))).toEqual(new Set([c]));
      expect(await test.run((tx) => claim(tx, 'other', [a]))).toEqual(new Set([a]));
    });

    it('of nothing claims nothing', async () => {
      expect(await test.run((tx) => claim(tx, 'one', []))).toEqual(new Set());
    });

    it('takes a message that comes twice in one batch once', async () => {
      const [a, b] = ids(2) as [string, string];
      expect(await test.run((tx) => claim(tx, 'one', [b, a, b, b]))).toEqual(new Set([a, b]));
      expect(await test.run((tx) => claim(tx, 'one', [a, b]))).toEqual(new Set());
    });

    it('from many sides at once gives each message to one, whatever the order they ask in', async () => {
      const messages = ids(40);
      const claims = await Promise.all(
        Array.from({ length: 12 }, (_, n) =>
          test.run((tx) => claim(tx, 'one', n % 2 === 0 ? messages : [...messages].reverse())),
        ),
      );
      expect(claims.flatMap((each) => [...each]).sort()).toEqual(messages);
    });

    it('waits for whoever claimed first, and gets what he gave back', async () => {
      const [id] = ids(1) as [string];
      const [claimed, give] = [gate(), gate()];
      const first = test.run(async (tx) => {
        await claim(tx, 'one', [id]);
        claimed.open();
        await give.passed;
        throw new Rollback('gives it back');
      });
      await claimed.passed;
      const second = test.run((tx) => claim(tx, 'one', [id]));
      give.open();
      await expect(first).rejects.toThrow(Rollback);
      expect(await second).toEqual(new Set([id]));
    });

    it('goes on after maintenance, which may run at any time and forgets nothing recent', async () => {
      const recent = `${Date.now().toString(16).padStart(12, '0').replace(/^(.{8})/, '$1-')}-7000-8000-000000000001`;
      const { store } = test.setup.unitOfWork;
      await test.run((tx) => claim(tx, 'one', [recent]));
      await Promise.all([1, 2, 3].map(() => test.run((tx) => store.maintain(tx, 14))));
      expect(await test.run((tx) => claim(tx, 'one', [recent]))).toEqual(new Set());
    });
  });
}

export function testAttempts<Tx>(test: UnitOfWorkTest<Tx>): void {
  describe('attempts', () => {
    it('are counted per message and consumer, until cleared', async () => {
      const { store } = test.setup.unitOfWork;
      const [a, b] = ids(2) as [string, string];
      const attempt = (consumer: string, id: string) => test.run((tx) => store.recordAttempt(tx, consumer, id));
      expect([await attempt('one', a), await attempt('one', a), await attempt('one', b), await attempt('other', a)]).toEqual(
        [1, 2, 1, 1],
      );
      await test.run((tx) => store.clearAttempt(tx, 'one', a));
      expect([await attempt('one', a), await attempt('other', a)]).toEqual([1, 2]);
    });

    it('are counted one by one when they come at once', async () => {
      const { store } = test.setup.unitOfWork;
      const [id] = ids(1) as [string];
      const counts = await Promise.all(Array.from({ length: 10 }, () => test.run((tx) => store.recordAttempt(tx, 'one', id))));
      expect(counts.sort((x, y) => x - y)).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
    });

    it('that were never recorded can be cleared', async () => {
      await test.run((tx) => test.setup.unitOfWork.store.clearAttempt(tx, 'one', nextId()));
    });
  });
}
