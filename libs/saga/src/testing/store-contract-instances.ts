import { v7 as uuidv7 } from 'uuid';
import type { SagaInstance } from '../instance';
import type { SagaChange } from '../store';
import type { StoreFixture } from './store-fixture';
import { HOUR, instance, moved, told } from './store-fixture';

export function describeInstances<Tx>(under: () => StoreFixture<Tx>): void {
  describe('an instance', () => {
    it('is read as it was written', async () => {
      const started = await under().start();
      expect(await under().read(started.conversation)).toEqual(started);
    });

    it('is not there before it starts; the time is', async () => {
      const { now, instances } = await under().load(uuidv7(), uuidv7());
      expect(instances.size).toBe(0);
      expect(Math.abs(now.getTime() - Date.now())).toBeLessThan(HOUR);
    });

    it('is one of its type only', async () => {
      const { conversation } = await under().start();
      const other = await under().run((tx) => under().store.load(tx, 'journey', [conversation]));
      expect(other.instances.size).toBe(0);
    });

    it('moves', async () => {
      const before = await under().start();
      const after = moved(before, {
        step: 'pay',
        label: 'PAID',
        data: { seat: '7A' },
        progress: { done: ['x'] },
        deadline: undefined,
        status: 'parked',
      });
      await under().save({ before, after, history: [], timers: [] });
      expect(await under().read(before.conversation)).toEqual(after);
    });

    it('keeps data that did not change', async () => {
      const before = await under().start({ data: { seat: '7A' } });
      await under().save({ before, after: moved(before, { step: 'pay' }), history: [], timers: [] });
      const again = (await under().read(before.conversation)) as SagaInstance;
      expect(again).toMatchObject({ data: { seat: '7A' }, step: 'pay' });
      await under().end(again);
      expect(await under().read(before.conversation)).toMatchObject({ data: { seat: '7A' }, status: 'completed' });
    });

    it('stays as a tombstone when it has ended', async () => {
      const ended = await under().end(await under().start());
      expect(await under().read(ended.conversation)).toEqual({ ...ended, updatedAt: ended.endedAt });
    });

    it('may start and end in one batch', async () => {
      const now = await under().clock();
      const after = {
        ...instance(under().type, now),
        status: 'completed',
        step: undefined,
        deadline: undefined,
        endedAt: now,
      } as const;
      await under().save({ before: undefined, after, history: [], timers: [] });
      expect(await under().read(after.conversation)).toEqual(after);
    });

    it('comes with others, in one go', async () => {
      const all = [await under().start(), await under().start(), await under().start()];
      const ended = await under().end(await under().start());
      const keys = [...all, ended].map(({ conversation }) => conversation);
      expect([...(await under().load(...keys, uuidv7())).instances.keys()].sort()).toEqual([...keys].sort());
    });

    it('is not written from a version that has passed; nor is anything else of the batch', async () => {
      const before = await under().start();
      const neighbour = await under().start();
      await under().save({ before, after: moved(before), history: [], timers: [] });
      const stale = { before, after: moved(before, { step: 'pay' }), history: [told(before)], timers: [] };
      await expect(
        under().save({ before: neighbour, after: moved(neighbour), history: [], timers: [] }, stale),
      ).rejects.toThrow(/changed meanwhile/);
      expect(await under().read(before.conversation)).toMatchObject({ version: 2, step: before.step });
      expect(await under().read(neighbour.conversation)).toMatchObject({ version: 1 });
      expect(await under().history(before.conversation)).toHaveLength(1);
    });

    it('does not start twice, while it lives or after', async () => {
      const first = await under().start();
      const second: SagaChange = { before: undefined, after: first, history: [], timers: [] };
      await expect(under().save(second)).rejects.toThrow(/changed meanwhile/);
      await under().end(first);
      await expect(under().save(second)).rejects.toThrow(/changed meanwhile/);
    });

    it('does not end twice', async () => {
      const before = await under().start();
      await under().end(before);
      await expect(under().end(before, 'cancelled')).rejects.toThrow(/changed meanwhile/);
      expect(await under().read(before.conversation)).toMatchObject({ status: 'completed' });
    });

    it('is untouched by a transaction that fails', async () => {
      const before = await under().start();
      const failing = under().run(async (tx) => {
        await under().store.save(tx, under().type, [
          {
            before,
            after: moved(before),
            history: [told(before)],
            timers: [{ kind: 'set', name: 't', due: new Date() }],
          },
        ]);
        throw new Error('no');
      });
      await expect(failing).rejects.toThrow('no');
      expect(await under().read(before.conversation)).toEqual(before);
      expect(await under().history(before.conversation)).toHaveLength(1);
      expect((await under().due()).timers).toEqual([]);
    });
  });

  describe('the history', () => {
    it('tells every transition in order', async () => {
      const first = await under().start();
      const second = moved(first, { label: 'PAID' });
      const entries = [
        told(second),
        { ...told({ ...second, version: 3 }), sent: [uuidv7(), uuidv7()], input: 'deadline', causeId: undefined },
      ];
      await under().save({ before: first, after: second, history: entries, timers: [] });
      expect((await under().history(first.conversation)).slice(1)).toEqual(entries);
    });

    it('takes what an ended saga still hears', async () => {
      const ended = await under().end(await under().start());
      await under().save({ before: ended, after: ended, history: [told(ended)], timers: [] });
      expect(await under().history(ended.conversation)).toHaveLength(3);
      expect(await under().read(ended.conversation)).toMatchObject({ version: ended.version });
    });
  });
}
