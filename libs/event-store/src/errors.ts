import { CodedError } from '@comptoir/contracts';

/** The base of the library's errors. */
export abstract class EventStoreError extends CodedError {}

/** Somebody else appended meanwhile. `data`: `stream`, `expected` and the `actual` version (0: there is no stream). */
export class ConcurrencyConflict extends EventStoreError {
  readonly code = 'concurrency-conflict';
  constructor(override readonly data: { stream: string; expected: number | 'no-stream'; actual: number }) {
    super(`Stream ${data.stream} is at version ${data.actual}, not ${data.expected}`, data);
  }
}

/**
 * An event's id is in the store already, and the append is not the repetition of the one that brought it there. Trying
 * again cannot help. `data` says which event of which stream has the id.
 */
export class EventIdTaken extends EventStoreError {
  readonly code = 'event-id-taken';
  constructor(override readonly data: { stream: string; eventId: string; takenBy: { stream: string; version: number } }) {
    const { takenBy } = data;
    super(`Event ${data.eventId} for ${data.stream} is already ${takenBy.stream}'s, at version ${takenBy.version}`, data);
  }
}

/** A stored event of a type that is not among the declared ones. `data`: `type`, `stream`, `version` and the `known` types. */
export class UnknownEventType extends EventStoreError {
  readonly code = 'unknown-event-type';
}

/** A stored event of a schema version that is newer than the declaration, or that no upcaster starts from. */
export class UnknownSchemaVersion extends EventStoreError {
  readonly code = 'unknown-schema-version';
}

/** An event's data are not what its declaration says: on the way in, or as stored and upcast. `data` has the `issues`. */
export class InvalidEventData extends EventStoreError {
  readonly code = 'invalid-event-data';
}

/** An aggregate decided on an event of another stream or of a type it has not declared: a bug in the aggregate. */
export class ForeignEvent extends EventStoreError {
  readonly code = 'foreign-event';
}

/** A projection has parked so much that it must be its code, not the events: it goes no further until a person looks. */
export class TooManyParked extends EventStoreError {
  readonly code = 'too-many-parked';
}
