import { v7 as uuidv7 } from 'uuid';
import type { NewEvent, StoredEvent } from './event';
import type { Append, Appended, EventStore, ExpectedVersion } from './store';

/** An event with everything filled in that the caller may leave out. */
export type CompleteEvent = NewEvent & Required<Pick<NewEvent, 'id' | 'schemaVersion' | 'metadata'>>;

/** An append that makes sense. `expected` is the version as a number, or `undefined` for any. */
export interface CheckedAppend {
  readonly stream: string;
  readonly events: readonly CompleteEvent[];
  readonly expected: number | undefined;
}

/** What is left for an implementation to do: at least one append, at most one per stream. */
export type Backend<Tx> = Omit<EventStore<Tx>, 'append' | 'appendAll'> & {
  write(tx: Tx, appends: readonly CheckedAppend[]): Promise<readonly Appended[]>;
};

/** The store on top of an implementation: checks appends before they go to the database. */
export function eventStore<Tx>({ write, ...rest }: Backend<Tx>): EventStore<Tx> {
  const appendAll = async (tx: Tx, appends: readonly Append[]) =>
    appends.length === 0 ? [] : write(tx, checked(appends));
  return {
    ...rest,
    appendAll,
    async append(tx, stream, events, expected) {
      const [appended] = await appendAll(tx, [{ stream, events, expected }]);
      return appended as Appended;
    },
  };
}

function checked(appends: readonly Append[]): readonly CheckedAppend[] {
  const streams = new Set<string>();
  const ids = new Set<string>();
  return appends.map(({ stream, events, expected }) => {
    if (stream === '') throw new TypeError('A stream needs a name');
    if (streams.has(stream)) throw new TypeError(`Stream ${stream} has several appends: put their events into one`);
    if (events.length === 0) throw new TypeError(`An append to ${stream} has no events`);
    if (typeof expected === 'number' && !(Number.isInteger(expected) && expected >= 0))
      throw new TypeError(`Stream ${stream} cannot be at version ${expected}`);
    streams.add(stream);
    const all = events.map(complete);
    for (const { id, type, data } of all) {
      if (data === undefined) throw new TypeError(`Event ${type} for ${stream} has no data`);
      if (ids.has(id)) throw new TypeError(`Event id ${id} comes twice`);
      ids.add(id);
    }
    return { stream, events: all, expected: versionOf(expected) };
  });
}

/** Fills in what the caller left out. */
export function complete(event: NewEvent): CompleteEvent {
  const { id = uuidv7(), schemaVersion = 1, metadata = {} } = event;
  return { ...event, id: id.toLowerCase(), schemaVersion, metadata };
}

/** The events of an append as they are stored. */
export function storedEvents(events: readonly CompleteEvent[], appended: Appended): readonly StoredEvent[] {
  const { stream, version, positions, recordedAt } = appended;
  return events.map((event, index) => ({
    ...event,
    stream,
    version: version - events.length + index + 1,
    position: positions[index] as number,
    occurredAt: event.occurredAt ?? recordedAt,
    recordedAt,
  }));
}

/** As a number; `undefined` for any. */
export const versionOf = (expected: ExpectedVersion) =>
  expected === 'any' ? undefined : expected === 'no-stream' ? 0 : expected;
