import { v7 as uuidv7 } from 'uuid';
import type { SagaChange } from '../store';
import type { StoreFixture } from './store-fixture';
import { instance, moved } from './store-fixture';

export function describeConcurrency<Tx>(under: () => StoreFixture<Tx>): void {
  /** A transaction that stays open until it is told to commit. */
  const open = async (work: (tx: Tx) => Promise<unknown>) => {
    let commit: () => void = () => undefined;
    const told = new Promise<void>((resolve) => (commit = resolve));
    let worked: () => void = () => undefined;
    const ready = new Promise<void>((resolve) => (worked = resolve));
    const done = under().run(async (tx) => {
      await work(tx);
      worked();
      await told;
    });
    await Promise.race([ready, done]);
    return { commit: async () => (commit(), await done) };
  };

  describe('side by side', () => {
    it('makes the second wait for the first, and read what that wrote', async () => {
      const { store, run, start } = under();
      const before = await start();
      const key = [before.conversation];
      const first = await open(async (tx) => {
        await store.load(tx, under().type, key);
        await store.save(tx, under().type, [
          { before, after: moved(before, { label: 'FIRST' }), history: [], timers: [] },
        ]);
      });
      const second = run((tx) => store.load(tx, under().type, key));
      // Not a time, but a lot of work on other connections: a load that did not wait would be through by then.
      for (let count = 0; count < 20; count += 1) await run((tx) => store.load(tx, under().type, [uuidv7()]));
      await first.commit();
      expect((await second).instances.get(before.conversation)).toMatchObject({ label: 'FIRST', version: 2 });
    });

    it('lets only one of several starts of a conversation through', async () => {
      const { store, run, clock } = under();
      const change: SagaChange = {
        before: undefined,
        after: instance(under().type, await clock()),
        history: [],
        timers: [],
      };
      const starts = await Promise.allSettled([1, 2, 3].map(() => run((tx) => store.save(tx, under().type, [change]))));
      const refused = starts.flatMap((start) => (start.status === 'rejected' ? [String(start.reason)] : []));
      expect(refused).toEqual([expect.stringMatching(/changed meanwhile/), expect.stringMatching(/changed meanwhile/)]);
    });

    it('leaves what others are at out of what is due', async () => {
      const { store, start, clock, due } = under();
      const deadline = new Date((await clock()).getTime() - 1_000);
      const [taken, free] = [await start({ deadline }), await start({ deadline })];
      const other = await open((tx) => store.load(tx, under().type, [taken.conversation]));
      expect((await due()).deadlines).toEqual([free]);
      await other.commit();
      expect((await due()).deadlines).toHaveLength(2);
    });
  });
}
