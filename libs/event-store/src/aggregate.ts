import type { EventType } from '@comptoir/contracts';
import type { EventTypes, Happened } from './event-types';

export interface AggregateOptions<S, T extends EventType> {
  /** Names the aggregate's snapshots, and its streams: `<name>-<id>`. */
  readonly name: string;
  readonly events: EventTypes<T>;
  /** The state before the first event. JSON, like every state. */
  readonly initial: S;
  /** Pure. Decides nothing: what happened has happened. */
  evolve(state: NoInfer<S>, event: Happened<T>): NoInfer<S>;
  /** Of `evolve`: raise it with every change, so that snapshots of the old code are dropped. Default 1. */
  readonly version?: number;
  /** A snapshot is taken when so many events have come since the last. Default: never. */
  readonly snapshotEvery?: number;
}

/** Something that changes by events: what its events are, and what state they make. */
export interface Aggregate<S, T extends EventType = EventType> extends Required<AggregateOptions<S, T>> {
  streamOf(id: string): string;
  /** The state after these events. */
  fold(state: S, events: readonly Happened<T>[]): S;
}

/** Declares an aggregate. Throws `TypeError` for a version or a number of events below one. */
export function aggregate<S, T extends EventType>(options: AggregateOptions<S, T>): Aggregate<S, T> {
  const { name, evolve, version = 1, snapshotEvery = Infinity } = options;
  if (!(version >= 1)) throw new TypeError(`The version of ${name} must count from 1`);
  if (!(snapshotEvery >= 1)) throw new TypeError(`${name} cannot take a snapshot every ${snapshotEvery} events`);
  return {
    ...options,
    version,
    snapshotEvery,
    streamOf: (id) => `${name}-${id}`,
    fold: (state, events) => events.reduce((before, event) => evolve(before, event), state),
  };
}
