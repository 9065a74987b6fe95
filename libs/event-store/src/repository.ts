import type { EventType } from '@comptoir/contracts';
import { RetryNow } from '@comptoir/messaging';
import type { Aggregate } from './aggregate';
import { storedEvents, versionOf } from './checked';
import type { CompleteEvent } from './checked';
import { decided } from './decision';
import type { Decide } from './decision';
import { ConcurrencyConflict } from './errors';
import type { EventMetadata } from './event';
import type { Happened } from './event-types';
import type { Appended, EventStore, ExpectedVersion, Snapshot } from './store';

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

  const load = async (tx: Tx, id: string, asOf: AsOf = {}) => {
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

  const append = async (tx: Tx, id: string, version: number, events: readonly CompleteEvent[]): Promise<Appended> => {
    try {
      return await store.append(tx, streamOf(id), events, version);
    } catch (error) {
      if (error instanceof ConcurrencyConflict) throw new RetryNow(error.message, error.data);
      throw error;
    }
  };

  return {
    async load(tx, id, asOf) {
      const { version, state } = await load(tx, id, asOf);
      return { id, version, state };
    },

    async handle(tx, id, decide, { expected = 'any', metadata } = {}) {
      const { version, state, snapshotAt } = await load(tx, id);
      const seen = versionOf(expected);
      if (seen !== undefined && seen !== version)
        throw new ConcurrencyConflict({ stream: streamOf(id), expected: seen, actual: version });
      const news = decided(definition, streamOf(id), decide(state), metadata);
      if (news.length === 0) return { id, version, state, events: [] };
      const appended = await append(tx, id, version, news);
      const events = storedEvents(news, appended).map(types.read);
      const after = { version: appended.version, state: fold(state, events) };
      if (after.version - snapshotAt >= snapshotEvery)
        await store.writeSnapshot(tx, {
          ...after,
          stream: streamOf(id),
          fold: name,
          foldVersion,
          recordedAt: appended.recordedAt,
        });
      return { id, ...after, events };
    },
  };
}
