/** Milliseconds, of any epoch; and waiting. */
export interface LoadClock {
  now(): number;
  wait(ms: number): Promise<void>;
}

/** Starts the work number `nth`, meant to start at `intended`. Must not reject. */
type Fire = (nth: number, intended: number) => Promise<void>;

/** Keeps so many in flight: the next one starts when one has ended. Resolves when all have. */
export async function closedLoop(count: number, inFlight: number, clock: LoadClock, fire: Fire): Promise<void> {
  let next = 0;
  const worker = async () => {
    while (next < count) await fire(next++, clock.now());
  };
  await Promise.all(Array.from({ length: Math.min(inFlight, count) }, worker));
}

/**
 * Starts so many per second, whether or not the earlier ones have ended. Each is measured from when it was meant to
 * start: where this process or the system stalls, the waiting counts as well (no coordinated omission).
 */
export async function openLoop(count: number, perSecond: number, clock: LoadClock, fire: Fire): Promise<void> {
  const begin = clock.now();
  const running: Promise<void>[] = [];
  for (let nth = 0; nth < count; nth++) {
    const intended = begin + (nth * 1_000) / perSecond;
    const early = intended - clock.now();
    if (early > 0) await clock.wait(early);
    running.push(fire(nth, intended));
  }
  await Promise.all(running);
}
