import type { TimerChange } from '../store';
import type { StoreFixture } from './store-fixture';
import { HOUR, moved } from './store-fixture';

export function describeDue<Tx>(under: () => StoreFixture<Tx>): void {
  describe('deadlines', () => {
    it('are due when they passed, the oldest first, at most as many as asked for', async () => {
      const late = await under().start({ deadline: await under().inMs(-10_000) });
      const later = await under().start({ deadline: await under().inMs(-5_000) });
      const latest = await under().start({ deadline: await under().inMs(-1) });
      await under().start({ deadline: await under().inMs(HOUR) });
      const conversationsOf = async (limit: number) =>
        (await under().due(undefined, limit)).deadlines.map(({ conversation }) => conversation).sort();
      expect(await conversationsOf(2)).toEqual([late.conversation, later.conversation].sort());
      expect(await conversationsOf(9)).toEqual([late, later, latest].map(({ conversation }) => conversation).sort());
    });

    it('come with the whole instance, and with a time that is not before them', async () => {
      const waiting = await under().start({ deadline: await under().inMs(-1) });
      const { deadlines, now } = await under().due();
      expect(deadlines).toEqual([waiting]);
      expect(now.getTime()).toBeGreaterThanOrEqual(waiting.deadline?.getTime() ?? Infinity);
    });

    it('are not due after the horizon: their answers may still be in the queue', async () => {
      const waiting = await under().start({ deadline: await under().inMs(-5_000) });
      const at = waiting.deadline as Date;
      expect((await under().due(new Date(at.getTime() - 1))).deadlines).toEqual([]);
      expect((await under().due(at)).deadlines).toEqual([waiting]);
    });

    it('are no more once the saga moved on, parked or ended', async () => {
      const past = await under().inMs(-1_000);
      const [on, parked, ended] = [
        await under().start({ deadline: past }),
        await under().start({ deadline: past }),
        await under().start({ deadline: past }),
      ];
      await under().save({
        before: on,
        after: moved(on, { deadline: await under().inMs(HOUR) }),
        history: [],
        timers: [],
      });
      await under().save({
        before: parked,
        after: moved(parked, { deadline: undefined, status: 'parked' }),
        history: [],
        timers: [],
      });
      await under().end(ended);
      expect((await under().due()).deadlines).toEqual([]);
    });

    it('say when the next one is', async () => {
      expect((await under().due()).next).toBeUndefined();
      const soon = await under().inMs(HOUR);
      await under().start({ deadline: await under().inMs(2 * HOUR) });
      await under().start({ deadline: soon }, [{ kind: 'set', name: 'later', due: await under().inMs(3 * HOUR) }]);
      expect((await under().due()).next).toEqual(soon);
    });

    it('are those of the type asked for', async () => {
      await under().start({ deadline: await under().inMs(-1) });
      const others = await under().run((tx) =>
        under().store.due(tx, 'journey', { horizon: new Date(Date.now() + HOUR), limit: 9 }),
      );
      expect(others.deadlines).toEqual([]);
    });
  });

  describe('timers', () => {
    const names = async (...args: Parameters<StoreFixture<Tx>['due']>) =>
      (await under().due(...args)).timers.map(({ name }) => name);

    it('are due when they passed, with their instance', async () => {
      const started = await under().start({}, [
        { kind: 'set', name: 'remind', due: await under().inMs(-1) },
        { kind: 'set', name: 'later', due: await under().inMs(HOUR) },
      ]);
      expect((await under().due()).timers).toEqual([{ instance: started, name: 'remind' }]);
      expect(await names(await under().inMs(-HOUR))).toEqual([]);
    });

    it('are moved and cancelled', async () => {
      let current = await under().start({}, [
        { kind: 'set', name: 'a', due: await under().inMs(-1) },
        { kind: 'set', name: 'b', due: await under().inMs(-1) },
        { kind: 'set', name: 'c', due: await under().inMs(HOUR) },
      ]);
      const timers: TimerChange[] = [
        { kind: 'set', name: 'a', due: await under().inMs(HOUR) },
        { kind: 'cancel', name: 'b' },
        { kind: 'set', name: 'c', due: await under().inMs(-1) },
      ];
      const after = moved(current);
      await under().save({ before: current, after, history: [], timers });
      current = after;
      expect(await names()).toEqual(['c']);
    });

    it('rest while the saga is parked, and vanish when it ends', async () => {
      const started = await under().start({}, [{ kind: 'set', name: 'a', due: await under().inMs(-1) }]);
      const parked = moved(started, { status: 'parked', deadline: undefined });
      await under().save({ before: started, after: parked, history: [], timers: [] });
      expect(await names()).toEqual([]);
      const resumed = moved(parked, { status: 'running' });
      await under().save({ before: parked, after: resumed, history: [], timers: [] });
      expect(await names()).toEqual(['a']);
      await under().end(resumed);
      expect(await under().due()).toMatchObject({ timers: [], next: undefined });
    });
  });
}
