import type { EventType } from '@comptoir/contracts';
import { RetryNow } from '@comptoir/messaging';
import type { Aggregate } from './aggregate';
import { storedEvents, versionOf } from './checked';
import { decided } from './decision';
import type { Decide } from './decision';
import { ConcurrencyConflict } from './errors';
import type { EventMetadata } from './event';
import type { Happened } from './event-types';
import type { Append, Appended, EventStore, ExpectedVersion, Snapshot } from './store';

/** An aggregate's state at a version; version 0 is the initial state, before any event. */
export interface Loaded<S> {
  readonly id: string;
  readonly version: number;
  readonly state: S;
}

/** What a command did. */
export interface Handled<S, T extends EventType> extends Loaded<S> {
  /** What happened, as stored. */
  readonly events: readonly Happened<T>[];
}

export interface AsOf {
  /** The state after this many events, or after all where there are fewer. */
  readonly asOfVersion?: number;
  /** The state by what had been recorded then, that moment included. */
  readonly asOfTime?: Date;
}

export interface HandleOptions {
  /** What the caller has seen. Default `any`: whatever version there is. */
  readonly expected?: ExpectedVersion;
  readonly metadata?: EventMetadata;
}

/** A command to one aggregate. */
export interface Handling<S, T extends EventType> extends HandleOptions {
  readonly id: string;
  readonly decide: Decide<S, T>;
}

/** Loads aggregates and appends what they decide, on the transaction the service opened. */
export interface Repository<Tx, S, T extends EventType> {
  /** The state now, or as it was. An aggregate without events is at version 0. */
  load(tx: Tx, id: string, asOf?: AsOf): Promise<Loaded<S>>;
  /**
   * Loads, decides, appends; takes a snapshot when it is due. Throws what `decide` throws, `ConcurrencyConflict` where the
   * aggregate is not at the version that the caller expected, and `RetryNow` where somebody else appended since it was
   * loaded: run again, the same command is decided on what is there then.
   */
  handle(tx: Tx, id: string, decide: Decide<S, T>, options?: HandleOptions): Promise<Handled<S, T>>;
  /**
   * A batch of commands, as a handler gets it: one result for each, in order. Their aggregates are loaded together, and what
   * they decide is appended together; of several commands to one aggregate each sees what those before it did. Throws as
   * `handle` does, and then nothing was written, or the transaction is to be rolled back.
   */
  handleAll(tx: Tx, commands: readonly Handling<S, T>[]): Promise<readonly Handled<S, T>[]>;
}

/** An aggregate at work: how far it has come, and what its state was folded from. */
interface Current<S> extends Loaded<S> {
  readonly snapshotAt: number;
}

export function repository<Tx, S, T extends EventType>(
  definition: Aggregate<S, T>,
  store: EventStore<Tx>,
): Repository<Tx, S, T> {
  const { name, version: foldVersion, initial, events: types, snapshotEvery, streamOf, fold } = definition;

  /** Of this code, and not of later than what is asked for. */
  const usable = (snapshot: Snapshot, { asOfVersion, asOfTime }: AsOf) =>
    snapshot.foldVersion === foldVersion &&
    (asOfVersion === undefined || snapshot.version <= asOfVersion) &&
    (asOfTime === undefined || snapshot.recordedAt <= asOfTime);

  const load = async (tx: Tx, id: string, asOf: AsOf = {}): Promise<Current<S>> => {
    const stream = streamOf(id);
    const snapshot = snapshotEvery === Infinity ? undefined : await store.readSnapshot(tx, stream, name);
    const base = snapshot && usable(snapshot, asOf) ? snapshot : { version: 0, state: initial };
    const events = await store.readStream(tx, stream, {
      from: base.version + 1,
      recordedUntil: asOf.asOfTime,
      limit: asOf.asOfVersion === undefined ? undefined : Math.max(0, asOf.asOfVersion - base.version),
    });
    const state = fold(base.state as S, events.map(types.read));
    return { id, version: base.version + events.length, state, snapshotAt: base.version };
  };

  const append = async (tx: Tx, appends: readonly Append[]): Promise<readonly Appended[]> => {
    try {
      return await store.appendAll(tx, appends);
    } catch (error) {
      if (error instanceof ConcurrencyConflict) throw new RetryNow(error.message, error.data);
      throw error;
    }
  };

  const decideOn = ({ id, version, state }: Current<S>, { decide, expected = 'any', metadata }: Handling<S, T>) => {
    const [stream, seen] = [streamOf(id), versionOf(expected)];
    if (seen !== undefined && seen !== version)
      throw new ConcurrencyConflict({ stream, expected: seen, actual: version });
    return { stream, expected: version, events: decided(definition, stream, decide(state), metadata) };
  };

  /** At most one command per aggregate. */
  const round = async (tx: Tx, commands: readonly Handling<S, T>[], current: Map<string, Current<S>>) => {
    const before = commands.map(({ id }) => current.get(id) as Current<S>);
    const decisions = commands.map((command, index) => decideOn(before[index] as Current<S>, command));
    const appended = await append(tx, decisions.filter(({ events }) => events.length > 0));
    const byStream = new Map(appended.map((each) => [each.stream, each]));
    return decisions.map(({ stream, events: news }, index): Handled<S, T> => {
      const { snapshotAt, ...was } = before[index] as Current<S>;
      const done = byStream.get(stream);
      if (!done) return { ...was, events: [] };
      const events = storedEvents(news, done).map(types.read);
      const after = { id: was.id, version: done.version, state: fold(was.state, events) };
      current.set(was.id, { ...after, snapshotAt });
      return { ...after, events };
    });
  };

  const takeSnapshot = async (tx: Tx, { id, version, state, snapshotAt }: Current<S>, recordedAt: Date) => {
    if (version - snapshotAt < snapshotEvery) return;
    await store.writeSnapshot(tx, { stream: streamOf(id), fold: name, foldVersion, version, state, recordedAt });
  };

  const handleAll = async (tx: Tx, given: readonly Handling<S, T>[]) => {
    // Each is itself, even one that is given twice.
    const commands = given.map((each) => ({ ...each }));
    const ids = [...new Set(commands.map(({ id }) => id))];
    const loaded = await Promise.all(ids.map((id) => load(tx, id)));
    const current = new Map(loaded.map((each) => [each.id, each]));
    const handled = new Map<Handling<S, T>, Handled<S, T>>();
    for (let waiting: readonly Handling<S, T>[] = commands; waiting.length > 0; waiting = waiting.filter((each) => !handled.has(each))) {
      const next = [...new Map([...waiting].reverse().map((each) => [each.id, each])).values()].reverse();
      const results = await round(tx, next, current);
      for (const [index, command] of next.entries()) handled.set(command, results[index] as Handled<S, T>);
    }
    const results = commands.map((command) => handled.get(command) as Handled<S, T>);
    const recorded = new Map(results.flatMap(({ id, events }) => events.map(({ recordedAt }) => [id, recordedAt])));
    for (const [id, recordedAt] of recorded) await takeSnapshot(tx, current.get(id) as Current<S>, recordedAt);
    return results;
  };

  return {
    handleAll,

    async load(tx, id, asOf) {
      const { version, state } = await load(tx, id, asOf);
      return { id, version, state };
    },

    async handle(tx, id, decide, options) {
      const [handled] = await handleAll(tx, [{ ...options, id, decide }]);
      return handled as Handled<S, T>;
    },
  };
}
