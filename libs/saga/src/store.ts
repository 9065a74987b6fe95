import type { SagaEvent } from './decision';
import type { ActionKind } from './input';
import type { SagaInstance, SagaStatus } from './instance';

/** One transition of one saga: enough for an auditor to follow it, and for a timeline. */
export interface HistoryEntry {
  readonly id: string;
  readonly conversation: string;
  /** Of the instance after it. An ended instance keeps its version. */
  readonly version: number;
  readonly at: Date;
  /** A message's type, or `deadline`, `timer <name>`, `action <kind>`, `gave-up`. */
  readonly input: string;
  /** The message, or the person's action. */
  readonly causeId: string | undefined;
  readonly events: readonly SagaEvent[];
  /** Ids of the messages it sent. */
  readonly sent: readonly string[];
  /** The state after it; the data are in the events that changed them. */
  readonly status: SagaStatus;
  readonly step: string | undefined;
  readonly label: string;
}

export type TimerChange =
  | { readonly kind: 'set'; readonly name: string; readonly due: Date }
  | { readonly kind: 'cancel'; readonly name: string };

/** What a batch did to one instance. */
export interface SagaChange {
  /** As it was loaded; `undefined`: it starts. */
  readonly before: SagaInstance | undefined;
  readonly after: SagaInstance;
  /** In order; one per input that did something. */
  readonly history: readonly HistoryEntry[];
  /** At most one per timer. An ended saga's timers vanish by themselves. */
  readonly timers: readonly TimerChange[];
}

export interface Loaded {
  /** The store's clock, not before anything the instances say. */
  readonly now: Date;
  readonly instances: ReadonlyMap<string, SagaInstance>;
}

export interface DueTimer {
  readonly instance: SagaInstance;
  readonly name: string;
}

export interface Due {
  readonly now: Date;
  /** Instances whose deadline passed. */
  readonly deadlines: readonly SagaInstance[];
  /** Instances may come more than once, and beside their deadline. */
  readonly timers: readonly DueTimer[];
  /** When the type's next deadline or timer falls due, those included that were not returned. */
  readonly next: Date | undefined;
}

export interface ActionRecord {
  readonly id: string;
  readonly conversation: string;
  readonly action: ActionKind;
  readonly actor: string;
  readonly reason: string;
  readonly answer: unknown;
  /** `accepted`, or the code of the refusal. */
  readonly outcome: string;
  readonly at: Date;
}

/**
 * Where sagas live, on the transaction the runtime opened. One implementation for PostgreSQL, one in memory; one contract
 * suite (`@comptoir/saga/testing`). Writes may be left to travel with the commit: the transaction fails if they do.
 */
export interface SagaStore<Tx> {
  /**
   * Locks and reads the instances of these conversations, in key order, so that two transactions never wait for each other
   * in a circle. Ended ones are among them as long as their tombstones are kept, without a lock.
   */
  load(tx: Tx, type: string, conversations: readonly string[]): Promise<Loaded>;
  /**
   * Writes changes of loaded instances, or of none loaded before. The transaction fails, to be run again, where an
   * instance is no longer as it was loaded.
   */
  save(tx: Tx, type: string, changes: readonly SagaChange[]): Promise<void>;
  /**
   * Locks and reads what fell due before `horizon` and before the store's now, the oldest first, at most `limit` of each.
   * What others have locked is left out; so are the timers of parked sagas.
   */
  due(tx: Tx, type: string, options: { horizon: Date; limit: number }): Promise<Due>;
  recordActions(tx: Tx, type: string, actions: readonly ActionRecord[]): Promise<void>;
  /** In the order it happened. */
  history(tx: Tx, type: string, conversation: string): Promise<readonly HistoryEntry[]>;
  /** How many live instances each definition version has. */
  liveVersions(tx: Tx): Promise<readonly { type: string; definitionVersion: number; count: number }[]>;
  /** Makes room for the weeks ahead and drops tombstones and history older than the retention. */
  maintain(tx: Tx, retentionDays: number): Promise<void>;
}
