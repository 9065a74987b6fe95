interface Waiting {
  readonly signal: AbortSignal;
  readonly begin: () => void;
  readonly leave: (reason: unknown) => void;
}

/** At most so many at the same time; the others wait for their turn, first come first served. */
export class Slots {
  private free: number;
  private waiting: Waiting[] = [];
  /** One listener per signal, however many wait. */
  private readonly heeded = new WeakSet<AbortSignal>();

  constructor(size: number) {
    this.free = size;
  }

  /** Rejects with the signal's reason where it aborts before the work has begun; the work itself is not interrupted. */
  async run<T>(signal: AbortSignal, work: () => Promise<T>): Promise<T> {
    await this.turn(signal);
    try {
      return await work();
    } finally {
      const next = this.waiting.shift();
      if (next) next.begin();
      else this.free += 1;
    }
  }

  private async turn(signal: AbortSignal): Promise<void> {
    signal.throwIfAborted();
    if (this.free > 0) {
      this.free -= 1;
      return;
    }
    if (!this.heeded.has(signal)) {
      this.heeded.add(signal);
      signal.addEventListener('abort', () => this.callOff(signal), { once: true });
    }
    await new Promise<void>((begin, leave) => this.waiting.push({ signal, begin, leave }));
  }

  private callOff(signal: AbortSignal): void {
    const leaving = this.waiting.filter((each) => each.signal === signal);
    this.waiting = this.waiting.filter((each) => each.signal !== signal);
    for (const { leave } of leaving) leave(signal.reason);
  }
}
