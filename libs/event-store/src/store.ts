import type { NewEvent, StoredEvent } from './event';

/** The version a stream must be at: that of its last event, `no-stream` (the same as 0), or `any`. */
export type ExpectedVersion = number | 'no-stream' | 'any';

/** Events for one stream, in order. */
export interface Append {
  readonly stream: string;
  /** At least one. */
  readonly events: readonly NewEvent[];
  readonly expected: ExpectedVersion;
}

/** What became of an append. */
export interface Appended {
  readonly stream: string;
  /** The version of the append's last event. */
  readonly version: number;
  /** One per event. */
  readonly positions: readonly number[];
  /** When the last of them was recorded. */
  readonly recordedAt: Date;
  /** The events were there already: nothing was written. */
  readonly repeated: boolean;
}

export interface ReadStream {
  /** Default `forwards`. */
  readonly direction?: 'forwards' | 'backwards';
  /** The first version to return. Default: the first event, or backwards the last. */
  readonly from?: number;
  /** Only what had been recorded by then. */
  readonly recordedUntil?: Date;
  /** Default: all. */
  readonly limit?: number;
  /** Data as `RawJson`. */
  readonly raw?: boolean;
}

export interface ReadAll {
  /** Events after this position; 0 for all. */
  readonly after: number;
  readonly limit: number;
  /** Only of these types. Default: all. */
  readonly types?: readonly string[];
  /** Only what was recorded in this period, both ends included. */
  readonly recordedFrom?: Date;
  readonly recordedUntil?: Date;
  /** Data as `RawJson`. */
  readonly raw?: boolean;
}

/** A stream's state as of a version, by one fold. */
export interface Snapshot {
  readonly stream: string;
  /** The name of the fold that made the state. */
  readonly fold: string;
  /** Of the fold's code. */
  readonly foldVersion: number;
  /** Of the stream. */
  readonly version: number;
  /** JSON. */
  readonly state: unknown;
  /** When the last event in it was recorded. */
  readonly recordedAt: Date;
}

/**
 * Where events are kept, on the transaction the service opened. One implementation for PostgreSQL, one in memory; one
 * contract suite (`@comptoir/event-store/testing`).
 *
 * Positions have no gaps, and become visible in their order: who has read up to a position has missed nothing before it,
 * and never will. For that an append holds the store's head to the end of its transaction. Appends wait for each other, so
 * let it be the last thing a transaction waits for: whoever takes other locks after it risks a deadlock.
 */
export interface EventStore<Tx> {
  /** `appendAll` of one. */
  append(tx: Tx, stream: string, events: readonly NewEvent[], expected: ExpectedVersion): Promise<Appended>;
  /**
   * Appends to several streams, at most once to each: all or nothing, in one round trip. Positions follow the given order.
   * An append whose events are in its stream already, all of them and in a row, is a success that writes nothing, at the
   * version that was expected then.
   *
   * Throws `ConcurrencyConflict` where a stream is not at the expected version, `EventIdTaken` where an id is taken
   * otherwise, `TypeError` for appends that make no sense. The transaction is still good then, and nothing was written.
   */
  appendAll(tx: Tx, appends: readonly Append[]): Promise<readonly Appended[]>;
  /** One stream's events by version; none where there is no stream. */
  readStream(tx: Tx, stream: string, options?: ReadStream): Promise<readonly StoredEvent[]>;
  /** All streams' events by position. */
  readAll(tx: Tx, options: ReadAll): Promise<readonly StoredEvent[]>;
  /** The last position; 0 where there is none. */
  head(tx: Tx): Promise<number>;
  readSnapshot(tx: Tx, stream: string, fold: string): Promise<Snapshot | undefined>;
  /** Replaces the one there is, unless that is of a later version. */
  writeSnapshot(tx: Tx, snapshot: Snapshot): Promise<void>;
}
