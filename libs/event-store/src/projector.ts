import type { EventType } from '@comptoir/contracts';
import { classify, failPoint } from '@comptoir/messaging';
import { TooManyParked } from './errors';
import type { StoredEvent } from './event';
import type { Generation, Projection, ProjectionStore } from './projection';
import type { ReadAll } from './store';

/** Where a projector reads: an event store, each read in a transaction of its own, in this database or another. */
export interface EventSource {
  /** The last position. */
  head(): Promise<number>;
  readAll(options: ReadAll): Promise<readonly StoredEvent[]>;
}

export interface ProjectorOptions<Tx, T extends EventType> {
  readonly projection: Projection<Tx, T>;
  readonly source: EventSource;
  readonly store: ProjectionStore<Tx>;
  /** A transaction in the database of the read model. */
  run<R>(work: (tx: Tx) => Promise<R>): Promise<R>;
  /** Events in one transaction, at most. Default 500. */
  readonly batchSize?: number;
  /** So many parked events of a generation are bad luck; at the next one `step` throws `TooManyParked`. Default 100. */
  readonly maxParked?: number;
  /**
   * How long it may go on without looking who else builds what, in milliseconds: so late it hears of a rebuild that somebody
   * else began. A checkpoint is always checked. Default 0.
   */
  readonly lookMs?: number;
  /** Hears of every batch once it has committed. */
  readonly onProjected?: (generation: Generation, events: readonly StoredEvent[]) => void;
}

export interface Lag extends Generation {
  /** Positions that are still to be read; 0: caught up. */
  readonly behind: number;
  /** When the first event that is still to be read was recorded. */
  readonly waitingSince: Date | undefined;
  /** How many events it has parked. */
  readonly parked: number;
}

/** Events from the checkpoint on, and the position that is reached with them. */
interface Page {
  readonly events: readonly StoredEvent[];
  readonly position: number;
  readonly caughtUp: boolean;
}

/**
 * Carries a projection forward: reads on from its checkpoint, writes read model and checkpoint in one transaction. Any
 * number of processes may do so; a generation is one's at a time, so each event is projected once in effect. Works on
 * the generations of its own version only, so that old and new code run side by side during a release.
 */
export class Projector<Tx, T extends EventType = EventType> {
  /** The generations as they were last seen, moved on by what was done since. */
  private known: { readonly generations: readonly Generation[]; readonly until: number } | undefined;

  constructor(private readonly options: ProjectorOptions<Tx, T>) {}

  /**
   * One batch of each generation. True where there may be more to do at once; false where all have caught up, or others
   * are at them. Throws where a database is away or in the way; nothing was done then for the generation in question.
   */
  async step(): Promise<boolean> {
    const { version } = this.options.projection;
    let more = false;
    for (const generation of await this.generations())
      if (generation.version === version) more = (await this.advance(generation)) || more;
    return more;
  }

  /** Steps until there is nothing more to do at once. */
  async catchUp(): Promise<void> {
    while (await this.step());
  }

  /** Begins a new generation beside the live one, which it replaces once it has caught up. One at a time. */
  async rebuild(): Promise<void> {
    const { projection, store, run } = this.options;
    await run((tx) => store.begin(tx, projection.name, projection.version, true));
    this.known = undefined;
  }

  /** How far behind each generation is, oldest first. */
  async lag(): Promise<readonly Lag[]> {
    const { projection, source, store, run } = this.options;
    const generations = await run(async (tx) => {
      const there = await store.generations(tx, projection.name);
      return Promise.all(there.map(async (each) => ({ ...each, parked: await store.countParked(tx, each.name, each.generation) })));
    });
    const head = await source.head();
    const types = projection.events.names;
    return Promise.all(
      generations.map(async (each) => {
        const [next] = head > each.position ? await source.readAll({ after: each.position, limit: 1, types }) : [];
        return { ...each, behind: Math.max(0, head - each.position), waitingSince: next?.recordedAt };
      }),
    );
  }

  /**
   * Projects a parked event after all, later than those behind it: the projection must not mind. Throws what it fails with;
   * it stays parked then. False where no generation of this version has parked it.
   */
  async retry(position: number): Promise<boolean> {
    const { projection, source, run } = this.options;
    const [event] = await source.readAll({ after: position - 1, limit: 1 });
    if (event?.position !== position) return false;
    return this.unparking(position, async (generation, unpark) => {
      const unparked = await run(async (tx) => {
        if (!(await unpark(tx))) return false;
        await projection.batch([projection.events.read(event)], tx, generation.generation);
        return true;
      });
      if (unparked) this.options.onProjected?.(generation, [event]);
      return unparked;
    });
  }

  /** Gives up on a parked event: the read model stays without it. False where no generation of this version has parked it. */
  discard(position: number): Promise<boolean> {
    return this.unparking(position, (_, unpark) => this.options.run(unpark));
  }

  /** The generation is locked first, so that nobody projects or replaces it meanwhile. */
  private async unparking(
    position: number,
    work: (generation: Generation, unpark: (tx: Tx) => Promise<boolean>) => Promise<boolean>,
  ): Promise<boolean> {
    const { projection, store, run } = this.options;
    const generations = await run((tx) => store.generations(tx, projection.name));
    let found = false;
    for (const generation of generations.filter(({ version }) => version === projection.version)) {
      const { name, generation: number } = generation;
      const unpark = async (tx: Tx) =>
        (await store.take(tx, name, number, { wait: true })) !== undefined && store.unpark(tx, name, number, position);
      found = (await work(generation, unpark)) || found;
    }
    return found;
  }

  /** Begins one where there is none of this version yet. */
  private async generations(): Promise<readonly Generation[]> {
    const { projection, store, run, lookMs = 0 } = this.options;
    if (this.known && performance.now() < this.known.until) return this.known.generations;
    const { name, version } = projection;
    const generations = await run(async (tx) => {
      const there = await store.generations(tx, name);
      if (there.some((each) => each.version >= version)) return there;
      await store.begin(tx, name, version);
      return store.generations(tx, name);
    });
    this.known = { generations, until: performance.now() + lookMs };
    return generations;
  }

  private async advance(generation: Generation): Promise<boolean> {
    const page = await this.read(generation.position);
    if (page.caughtUp && generation.live && page.position === generation.position) return false;
    try {
      return (await this.project(generation, page)) && !page.caughtUp;
    } catch (error) {
      if (classify(error) !== 'isolate') throw error;
      return this.isolate(generation, page);
    }
  }

  /** The head is read first: what comes after it may be missing from the page. */
  private async read(after: number): Promise<Page> {
    const { projection, source, batchSize = 500 } = this.options;
    const head = await source.head();
    const events = await source.readAll({ after, limit: batchSize, types: projection.events.names });
    const last = events.at(-1)?.position ?? after;
    const caughtUp = events.length < batchSize;
    return { events, caughtUp, position: caughtUp ? Math.max(head, last) : last };
  }

  /** False where the generation is another's now, or has moved on. */
  private async project(from: Generation, { events, position, caughtUp }: Page): Promise<boolean> {
    const { projection, onProjected } = this.options;
    const work = `${from.live ? 'projection' : caughtUp ? 'swap' : 'rebuild'}.${from.name}`;
    const taken = await this.taking(from, position, async (tx) => {
      if (events.length > 0) await projection.batch(events.map(projection.events.read), tx, from.generation);
      await this.moveTo(tx, from, position, caughtUp);
      failPoint('before-commit', work);
    });
    failPoint('after-commit', work);
    if (taken && events.length > 0) onProjected?.(from, events);
    return taken;
  }

  /** Each event in a transaction of its own; those that fail are parked. */
  private async isolate(generation: Generation, page: Page): Promise<boolean> {
    let from = generation;
    for (const event of page.events) {
      const { position } = event;
      const taken = await this.project(from, { events: [event], position, caughtUp: false }).catch((error: unknown) => {
        if (classify(error) !== 'isolate') throw error;
        return this.park(from, event, error);
      });
      if (!taken) return false;
      from = { ...from, position };
    }
    return (await this.project(from, { ...page, events: [] })) && !page.caughtUp;
  }

  private park(from: Generation, { id: eventId, position, stream, type }: StoredEvent, reason: unknown): Promise<boolean> {
    const { name, generation } = from;
    const error = reason instanceof Error ? `${reason.name}: ${reason.message}` : String(reason);
    const { store, maxParked = 100 } = this.options;
    return this.taking(from, position, async (tx) => {
      const parked = await store.countParked(tx, name, generation);
      if (parked >= maxParked)
        throw new TooManyParked(`${name} has parked ${parked} events; the next fails with ${error}`, { name, generation, position });
      await store.park(tx, { name, generation, position, eventId, stream, type, error });
      await this.moveTo(tx, from, position, false);
    });
  }

  private async taking(from: Generation, position: number, work: (tx: Tx) => Promise<void>): Promise<boolean> {
    const { store, run } = this.options;
    const { known } = this;
    // What is known holds no longer, unless it was this that moved the live generation.
    this.known = undefined;
    const taken = await run(async (tx) => {
      const mine = await store.take(tx, from.name, from.generation);
      if (mine?.position !== from.position) return false;
      await work(tx);
      return true;
    });
    const moved = (each: Generation) => (each.generation === from.generation ? { ...each, position } : each);
    if (known && taken && from.live) this.known = { ...known, generations: known.generations.map(moved) };
    return taken;
  }

  private async moveTo(tx: Tx, { name, generation, live }: Generation, position: number, caughtUp: boolean): Promise<void> {
    const { projection, store } = this.options;
    await store.advance(tx, name, generation, position);
    if (live || !caughtUp) return;
    for (const replaced of await store.swap(tx, name, generation)) await projection.clear(tx, replaced);
  }
}
