/** A callback waiting for its time. */
export interface Timer {
  /** The callback will not run. Harmless afterwards. */
  cancel(): void;
}

/** Time for the runtime's own timers. The database's clock rules what is stored. */
export interface Clock {
  /** Milliseconds since the epoch. */
  now(): number;
  /** Calls back once, not before `ms` milliseconds have passed, and never synchronously. */
  setTimeout(callback: () => void, ms: number): Timer;
}

export const systemClock: Clock = {
  now: () => Date.now(),
  setTimeout(callback, ms) {
    const timer = setTimeout(callback, ms);
    return { cancel: () => clearTimeout(timer) };
  },
};

/** A clock that stands still until it is moved: for tests, simulations, and tools that explore interleavings. */
export interface VirtualClock extends Clock {
  /** When the next timer is due; `undefined` where none waits. */
  readonly nextDue: number | undefined;
  /** Moves to the next timer and calls it, and nothing else. False where none waits. */
  step(): boolean;
  /**
   * Moves time by `ms` and calls what falls due, in order of time and then of setting; timers set meanwhile included.
   * Work the callbacks started asynchronously settles in between.
   */
  advance(ms: number): Promise<void>;
}

interface Waiting {
  readonly due: number;
  readonly callback: () => void;
}

export function virtualClock(start: number = Date.UTC(2024, 0, 1)): VirtualClock {
  let now = start;
  /** In the order they are due; equals in the order they were set. */
  const waiting: Waiting[] = [];

  const step = () => {
    const timer = waiting.shift();
    if (!timer) return false;
    now = Math.max(now, timer.due);
    timer.callback();
    return true;
  };

  return {
    now: () => now,
    setTimeout(callback, ms) {
      const timer = { due: now + Math.max(0, ms), callback };
      const later = waiting.findIndex(({ due }) => due > timer.due);
      waiting.splice(later < 0 ? waiting.length : later, 0, timer);
      return {
        cancel() {
          const index = waiting.indexOf(timer);
          if (index >= 0) waiting.splice(index, 1);
        },
      };
    },
    get nextDue() {
      return waiting[0]?.due;
    },
    step,
    async advance(ms) {
      const end = now + ms;
      await settled();
      while (waiting[0] && waiting[0].due <= end) {
        step();
        await settled();
      }
      now = Math.max(now, end);
    },
  };
}

/** Resolves when all promises that can make progress without time or I/O have done so. */
export const settled = () => new Promise<void>((resolve) => setImmediate(resolve));
