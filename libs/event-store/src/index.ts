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
  TooManyParked,
  UnknownEventType,
  UnknownSchemaVersion,
} from './errors';
export type { EventMetadata, NewEvent, StoredEvent } from './event';
export { eventTypes, upcasting } from './event-types';
export type { EventTypes, Happened, Upcast, Upcasting } from './event-types';
export { postgresProjectionStore } from './postgres/projections';
export { publishedEvents } from './postgres/published';
export { postgresEventStore } from './postgres/store';
export type { Generation, ParkedEvent, Projection, ProjectionStore } from './projection';
export { Projector } from './projector';
export type { EventSource, Lag, ProjectorOptions } from './projector';
export { jsonOf, RawJson } from './raw-json';
export { repository } from './repository';
export type { AsOf, Handled, HandleOptions, Handling, Loaded, Repository } from './repository';
export { Tail } from './tail';
export type { TailOptions } from './tail';
export type { Append, Appended, EventStore, ExpectedVersion, ReadAll, ReadStream, Snapshot } from './store';
