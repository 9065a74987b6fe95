export { aggregate } from './aggregate';
export type { Aggregate, AggregateOptions } from './aggregate';
export { causedBy } from './decision';
export type { Decide } from './decision';
export {
  ConcurrencyConflict,
  EventIdTaken,
  EventStoreError,
  ForeignEvent,
  InvalidEventData,
  UnknownEventType,
  UnknownSchemaVersion,
} from './errors';
export type { EventMetadata, NewEvent, StoredEvent } from './event';
export { eventTypes, upcasting } from './event-types';
export type { EventTypes, Happened, Upcast, Upcasting } from './event-types';
export { postgresEventStore } from './postgres/store';
export { repository } from './repository';
export type { AsOf, Handled, HandleOptions, Loaded, Repository } from './repository';
export type { Append, Appended, EventStore, ExpectedVersion, ReadAll, ReadStream, Snapshot } from './store';
