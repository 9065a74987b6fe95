export { ConcurrencyConflict, EventIdTaken, EventStoreError } from './errors';
export type { EventMetadata, NewEvent, StoredEvent } from './event';
export { postgresEventStore } from './postgres/store';
export type { Append, Appended, EventStore, ExpectedVersion, ReadAll, ReadStream, Snapshot } from './store';
