import { closedLoop, openLoop, type LoadClock } from './load';

/** Time passes only while somebody waits, or by `pass`. */
function testClock(): LoadClock & { pass(ms: number): void } {
  let now = 1_000;
  const pass = (ms: number) => void (now += ms);
  return { now: () => now, wait: async (ms) => pass(ms), pass };
}

describe('the closed loop', () => {
  it('keeps as many in flight as it may, and does each once', async () => {
    const [done, counts]: [number[], number[]] = [[], []];
    let inFlight = 0;
    await closedLoop(20, 4, testClock(), async (nth) => {
      counts.push(++inFlight);
      await new Promise(setImmediate);
      inFlight--;
      done.push(nth);
    });
    expect(Math.max(...counts)).toBe(4);
    expect(done.sort((a, b) => a - b)).toEqual(Array.from({ length: 20 }, (_, index) => index));
  });

  it('measures from the moment it starts one', async () => {
    const clock = testClock();
    const starts: number[] = [];
    await closedLoop(3, 1, clock, async (_, intended) => {
      starts.push(intended);
      clock.pass(5);
    });
    expect(starts).toEqual([1_000, 1_005, 1_010]);
  });
});

describe('the open loop', () => {
  it('starts each at its time, whether or not the earlier ones have ended', async () => {
    const clock = testClock();
    const starts: [number, number][] = [];
    let end = () => {};
    const endOfAll = new Promise<void>((resolve) => (end = resolve));
    const running = openLoop(3, 100, clock, async (_, intended) => {
      starts.push([clock.now(), intended]);
      if (starts.length === 3) end();
      await endOfAll;
    });
    await running;
    expect(starts).toEqual([[1_000, 1_000], [1_010, 1_010], [1_020, 1_020]]);
  });

  it('measures from when it was meant to start, where it could not start in time', async () => {
    const clock = testClock();
    const late: number[] = [];
    await openLoop(4, 100, clock, async (nth, intended) => {
      late.push(clock.now() - intended);
      if (nth === 0) clock.pass(25); // the whole process stands still
    });
    expect(late).toEqual([0, 15, 5, 0]);
  });
});
