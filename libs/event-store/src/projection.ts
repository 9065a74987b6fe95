import type { EventType } from '@comptoir/contracts';
import type { EventTypes, Happened } from './event-types';

/** A read model made of events. */
export interface Projection<Tx, T extends EventType = EventType> {
  readonly name: string;
  /** Of its code, from 1. A higher one is built anew beside the live one, which serves until the new one has caught up. */
  readonly version: number;
  /** What it reads. */
  readonly events: EventTypes<T>;
  /**
   * Writes 1..batchSize events into the read model, in order of position; the checkpoint commits with it. What it writes
   * belongs to `generation`: several exist side by side during a rebuild. A throw rolls back; then each event is tried
   * alone, and one that fails alone is parked.
   */
  batch(events: readonly Happened<T>[], tx: Tx, generation: number): Promise<void>;
  /** Deletes what belongs to a generation that has been replaced, in the transaction that replaces it. */
  clear(tx: Tx, generation: number): Promise<void>;
}

/** One build of a projection's read model. */
export interface Generation {
  readonly name: string;
  /** From 1. */
  readonly generation: number;
  /** Of the code that builds it. */
  readonly version: number;
  /** Everything up to here is in the read model, or parked. */
  readonly position: number;
  /** What queries are to read; at most one per projection. */
  readonly live: boolean;
}

/** An event that a projection could not take. */
export interface ParkedEvent {
  readonly name: string;
  readonly generation: number;
  readonly position: number;
  readonly eventId: string;
  readonly stream: string;
  readonly type: string;
  readonly error: string;
}

/**
 * How far projections have come, in the database of the read models. One implementation for PostgreSQL, one in memory; one
 * contract suite (`@comptoir/event-store/testing`).
 */
export interface ProjectionStore<Tx> {
  /**
   * Begins a generation where the projection has none of this version or a later one: the first ever is live at once. With
   * `rebuild`, also where the newest is live and of this version.
   */
  begin(tx: Tx, name: string, version: number, rebuild?: boolean): Promise<void>;
  /** The projection's generations, oldest first. */
  generations(tx: Tx, name: string): Promise<readonly Generation[]>;
  /**
   * Locks a generation for this transaction. `undefined`: it is gone, or somebody else has it and the caller does not `wait`.
   */
  take(tx: Tx, name: string, generation: number, options?: { readonly wait?: boolean }): Promise<Generation | undefined>;
  advance(tx: Tx, name: string, generation: number, position: number): Promise<void>;
  /** Makes it the live one and removes those before it, with what they had parked; returns them. */
  swap(tx: Tx, name: string, generation: number): Promise<readonly number[]>;
  park(tx: Tx, parked: ParkedEvent): Promise<void>;
  /** No longer parked. False where it was not. */
  unpark(tx: Tx, name: string, generation: number, position: number): Promise<boolean>;
  /** How many events a generation has parked. */
  countParked(tx: Tx, name: string, generation: number): Promise<number>;
  /** By generation and position. */
  parked(tx: Tx, name: string): Promise<readonly ParkedEvent[]>;
}
