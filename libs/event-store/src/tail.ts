import type { StoredEvent } from './event';
import type { EventSource } from './projector';
import type { ReadAll } from './store';

export interface TailOptions {
  readonly source: EventSource;
  /** What its readers read, all together. */
  readonly types: readonly string[];
  /** The latest events that are kept. Default 5000. */
  readonly capacity?: number;
  /** Read at once. Default 1000. */
  readonly pageSize?: number;
}

/**
 * The end of a log, read once for all projections of a process: events never change and positions have no gaps, so those
 * that are kept are as good as the log itself. Who is far behind reads the log.
 */
export class Tail implements EventSource {
  /** Everything of these types in (start, position], in order. */
  private events: StoredEvent[] = [];
  private start = 0;
  private position: number | undefined;
  private reading: Promise<number> | undefined;

  constructor(private readonly options: TailOptions) {}

  /** Reads on; returns how far it has read. Those who call at the same time share what is read. */
  refresh(): Promise<number> {
    this.reading ??= this.readOn().finally(() => (this.reading = undefined));
    return this.reading;
  }

  /** How far it has read. */
  async head(): Promise<number> {
    return this.position ?? this.refresh();
  }

  async readAll(options: ReadAll): Promise<readonly StoredEvent[]> {
    const { after, limit, types, recordedFrom, recordedUntil } = options;
    const kept = this.position !== undefined && after >= this.start && types?.every((type) => this.options.types.includes(type));
    if (!kept || recordedFrom || recordedUntil) return this.options.source.readAll(options);
    const wanted = new Set(types);
    const found: StoredEvent[] = [];
    for (let at = this.firstAfter(after); at < this.events.length && found.length < limit; at += 1) {
      const event = this.events[at] as StoredEvent;
      if (wanted.has(event.type)) found.push(event);
    }
    return found;
  }

  private async readOn(): Promise<number> {
    const { source, types, capacity = 5_000, pageSize = 1_000 } = this.options;
    const head = await source.head();
    if (this.position === undefined) return (this.start = this.position = head);
    if (head <= this.position) return this.position;
    const page = await source.readAll({ after: this.position, limit: pageSize, types });
    this.events.push(...page);
    const last = page.at(-1)?.position ?? this.position;
    this.position = page.length < pageSize ? Math.max(head, last) : last;
    const surplus = this.events.length - capacity;
    // Rarely and many at once: each time what is kept is copied.
    if (surplus > capacity / 4) this.start = this.events.splice(0, surplus).at(-1)?.position ?? this.start;
    return this.position;
  }

  private firstAfter(position: number): number {
    let [low, high] = [0, this.events.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((this.events[middle] as StoredEvent).position > position) high = middle;
      else low = middle + 1;
    }
    return low;
  }
}
