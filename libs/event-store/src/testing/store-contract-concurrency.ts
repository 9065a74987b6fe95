import { gate } from '@comptoir/messaging/testing';
import { ConcurrencyConflict } from '../errors';
import type { StoredEvent } from '../event';
import type { StoreFixture } from './store-fixture';
import { happened } from './store-fixture';

export function describeConcurrency<Tx>(under: () => StoreFixture<Tx>): void {
  /** A transaction that has done its work and stays open until it is told to commit. */
  const open = async (work: (tx: Tx) => Promise<unknown>) => {
    const [worked, told] = [gate(), gate()];
    const done = under().run(async (tx) => {
      await work(tx);
      worked.open();
      await told.passed;
    });
    await Promise.race([worked.passed, done]);
    return { commit: async () => (told.open(), await done) };
  };
  // Not a time, but a lot of work on other connections: who does not wait would be through by then.
  const meanwhile = async (work: () => Promise<unknown>) => {
    for (let count = 0; count < 30; count += 1) await work();
  };

  describe('side by side', () => {
    it('never hides an event that is committed late from one who reads on', async () => {
      let cursor = await under().head();
      const start = cursor;
      const seen: StoredEvent[] = [];
      const readOn = async () => {
        seen.push(...(await under().readAll({ after: cursor, limit: 10 })));
        cursor = seen.at(-1)?.position ?? cursor;
      };
      const early = await open((tx) => under().store.append(tx, under().stream, [happened(1)], 'no-stream'));
      const late = under().append([happened(2)], 'no-stream', `${under().stream}-late`);
      await meanwhile(readOn);
      await early.commit();
      await late;
      await readOn();
      expect(seen.map(({ position }) => position - start)).toEqual([1, 2]);
      expect(seen.map(({ data }) => data)).toEqual([{ n: 1 }, { n: 2 }]);
    });

    it('tells the second of two appends to a stream where the first has left it', async () => {
      await under().append([happened(1)]);
      const first = await open((tx) => under().store.append(tx, under().stream, [happened(2)], 1));
      const second = under().append([happened(3)], 1).catch((error: unknown) => error);
      await meanwhile(() => under().head());
      await first.commit();
      expect(await second).toBeInstanceOf(ConcurrencyConflict);
      expect(await second).toMatchObject({ data: { stream: under().stream, expected: 1, actual: 2 } });
      expect(await under().numbers()).toEqual([1, 2]);
    });

    it('knows the repetition of an append that was not committed yet when it came', async () => {
      const events = [happened(1), happened(2)];
      const first = await open((tx) => under().store.append(tx, under().stream, events, 'no-stream'));
      const second = under().append(events, 'no-stream');
      await meanwhile(() => under().head());
      await first.commit();
      expect(await second).toMatchObject({ version: 2, repeated: true });
      expect(await under().numbers()).toEqual([1, 2]);
    });

    it('gives no number away twice, nor leaves one out', async () => {
      const start = await under().head();
      const streams = ['a', 'b', 'c'].map((name) => `${under().stream}-${name}`);
      const rounds = Array.from({ length: 40 }, (_, n) => n);
      await Promise.allSettled(
        rounds.map((n) =>
          under().run(async (tx) => {
            await under().store.appendAll(
              tx,
              // Each names the streams in another order.
              streams.map((_, i) => ({ stream: streams[(i + n) % 3] as string, events: [happened(n)], expected: 'any' as const })),
            );
            if (n % 4 === 0) throw new Error('rolled back');
          }),
        ),
      );
      const all = await under().readAll({ after: start, limit: 1_000 });
      expect(all.map(({ position }) => position - start)).toEqual(Array.from({ length: 90 }, (_, n) => n + 1));
      for (const stream of streams)
        expect(all.filter((event) => event.stream === stream).map(({ version }) => version)).toEqual(
          Array.from({ length: 30 }, (_, n) => n + 1),
        );
    });
  });
}
