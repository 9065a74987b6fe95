import { systemClock, virtualClock } from './clock';

describe('the virtual clock', () => {
  it('stands still until it is moved', async () => {
    const clock = virtualClock(5);
    clock.setTimeout(() => {}, 1);
    await new Promise(setImmediate);
    expect([clock.now(), clock.nextDue]).toEqual([5, 6]);
  });

  it('calls timers in order of time, then of setting, at their own time', async () => {
    const clock = virtualClock(0);
    const calls: string[] = [];
    for (const [name, ms] of [['late', 20], ['a', 10], ['b', 10], ['beyond', 31]] as const)
      clock.setTimeout(() => calls.push(`${name}@${clock.now()}`), ms);
    await clock.advance(30);
    expect(calls).toEqual(['a@10', 'b@10', 'late@20']);
    expect(clock.now()).toBe(30);
  });

  it('reaches timers that are set while it moves, by asynchronous work too', async () => {
    const clock = virtualClock(0);
    const calls: number[] = [];
    const again = async () => {
      calls.push(clock.now());
      await Promise.resolve();
      clock.setTimeout(() => void again(), 10);
    };
    clock.setTimeout(() => void again(), 10);
    await clock.advance(35);
    expect(calls).toEqual([10, 20, 30]);
  });

  it('forgets a cancelled timer', async () => {
    const clock = virtualClock(0);
    const calls: string[] = [];
    clock.setTimeout(() => calls.push('cancelled'), 10).cancel();
    clock.setTimeout(() => calls.push('kept'), 10);
    await clock.advance(10);
    expect(calls).toEqual(['kept']);
  });

  it('steps to one timer at a time', () => {
    const clock = virtualClock(0);
    const calls: number[] = [];
    for (const ms of [7, 7]) clock.setTimeout(() => calls.push(clock.now()), ms);
    expect(clock.step()).toBe(true);
    expect(calls).toEqual([7]);
    expect([clock.step(), clock.step()]).toEqual([true, false]);
  });
});

it('the system clock calls back later, and not when cancelled', async () => {
  const calls: string[] = [];
  const before = Date.now();
  systemClock.setTimeout(() => calls.push('cancelled'), 1).cancel();
  await new Promise<void>((resolve) => systemClock.setTimeout(resolve, 5));
  expect(calls).toEqual([]);
  expect(systemClock.now()).toBeGreaterThanOrEqual(before);
});
