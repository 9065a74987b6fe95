import type { Clock, Timer } from './clock';

/**
 * Keeps a source from being served for a while. It ends by its timer alone and never by looking at the clock: a timer may
 * ring a moment before the clock reads its time (Node's do, now and then), and nobody would come back to the source.
 */
export class Pause {
  private timer: Timer | undefined;

  constructor(private readonly options: { readonly clock: Clock; readonly onEnd: () => void }) {}

  get lasts(): boolean {
    return this.timer !== undefined;
  }

  /** From now on, instead of what was left of an earlier one. */
  start(ms: number): void {
    this.timer?.cancel();
    this.timer = this.options.clock.setTimeout(() => {
      this.timer = undefined;
      this.options.onEnd();
    }, ms);
  }
}
