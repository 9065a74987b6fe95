import type { Arrival } from './arrival';

/** Where an event is in the log. */
export interface Place {
  readonly stream: string;
  readonly version: number;
}

/** What the log knows of the streams that events came for. */
export interface Known {
  /** The last version of each stream that is there. */
  readonly last: ReadonlyMap<string, number>;
  /** What waits for its predecessor in these streams. */
  readonly held: readonly Arrival[];
  /** Where the ids of arrivals, and of what is held, are in the log. */
  readonly places: ReadonlyMap<string, Place>;
}

/**
 * - `version-taken`: another event is at its version of its stream already;
 * - `id-taken`: its id is that of an event elsewhere.
 */
export type QuarantineReason = 'version-taken' | 'id-taken';

export interface Quarantined {
  readonly event: Arrival;
  readonly reason: QuarantineReason;
}

/** What is to be done for a batch of arrivals. */
export interface Placed {
  /** In order: each stream's from the version after its last one, without gaps. */
  readonly appends: readonly { readonly stream: string; readonly expected: number; readonly events: readonly Arrival[] }[];
  /** To be held from now on. */
  readonly hold: readonly Arrival[];
  /** Held so far, and not any more. */
  readonly release: readonly Place[];
  readonly quarantine: readonly Quarantined[];
  readonly duplicates: number;
}

interface Waiting {
  readonly event: Arrival;
  readonly heldBefore: boolean;
}

/**
 * Finds the place of each arrival. The log takes a stream's versions in their order, whatever order they come in: one whose
 * predecessor is missing is held. The first event at a version stays there; another one is quarantined, and nothing is lost.
 */
export function place(arrivals: readonly Arrival[], known: Known): Placed {
  const streams = new Map<string, { arrived: Arrival[]; held: Arrival[] }>();
  const of = ({ stream }: Arrival) => {
    const there = streams.get(stream) ?? { arrived: [], held: [] };
    streams.set(stream, there);
    return there;
  };
  for (const event of arrivals) of(event).arrived.push(event);
  for (const event of known.held) of(event).held.push(event);
  const batch = new Batch(known);
  for (const [stream, { arrived, held }] of streams) batch.placeStream(stream, arrived, held);
  return batch.placed;
}

class Batch {
  private readonly places: Map<string, Place>;
  private readonly appends: { stream: string; expected: number; events: Arrival[] }[] = [];
  private readonly hold: Arrival[] = [];
  private readonly release: Place[] = [];
  private readonly quarantine: Quarantined[] = [];
  private duplicates = 0;

  constructor(private readonly known: Known) {
    this.places = new Map(known.places);
  }

  get placed(): Placed {
    const { appends, hold, release, quarantine, duplicates } = this;
    return { appends, hold, release, quarantine, duplicates };
  }

  placeStream(stream: string, arrived: readonly Arrival[], held: readonly Arrival[]): void {
    const last = this.known.last.get(stream) ?? 0;
    const waiting = new Map<number, Waiting>();
    for (const event of held) this.take({ event, heldBefore: true }, waiting, last);
    for (const event of arrived) this.take({ event, heldBefore: false }, waiting, last);
    const events: Arrival[] = [];
    for (let next = waiting.get(last + 1); next; next = waiting.get(last + 1 + events.length)) {
      const { event, heldBefore } = next;
      waiting.delete(event.version);
      if (heldBefore) this.release.push(event);
      // A stream before this one in the batch has just taken its id.
      if (this.places.has(event.id)) {
        this.quarantine.push({ event, reason: 'id-taken' });
        break;
      }
      this.places.set(event.id, event);
      events.push(event);
    }
    if (events.length > 0) this.appends.push({ stream, expected: last, events });
    for (const { event, heldBefore } of waiting.values()) if (!heldBefore) this.hold.push(event);
  }

  private take({ event, heldBefore }: Waiting, waiting: Map<number, Waiting>, last: number): void {
    const outcome = this.judge(event, waiting.get(event.version)?.event, last);
    if (outcome === 'waits') {
      waiting.set(event.version, { event, heldBefore });
      return;
    }
    if (heldBefore) this.release.push(event);
    if (outcome === 'duplicate') this.duplicates += 1;
    else this.quarantine.push({ event, reason: outcome });
  }

  private judge({ id, stream, version }: Arrival, rival: Arrival | undefined, last: number): 'waits' | 'duplicate' | QuarantineReason {
    const there = this.places.get(id);
    if (there) return there.stream === stream && there.version === version ? 'duplicate' : 'id-taken';
    if (version <= last) return 'version-taken';
    if (!rival) return 'waits';
    return rival.id === id ? 'duplicate' : 'version-taken';
  }
}
