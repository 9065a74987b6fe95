/** The base of the library's errors: a stable `code`, and data to act on. */
export abstract class EventStoreError extends Error {
  abstract readonly code: string;
  constructor(
    message: string,
    readonly data: Readonly<Record<string, unknown>> = {},
  ) {
    super(message);
    this.name = new.target.name;
  }
}

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
