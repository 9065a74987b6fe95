/** What is known about an event beside what it says. Every field is optional; others may be added by who appends. */
export interface EventMetadata {
  /** The conversation it belongs to. */
  readonly correlationId?: string;
  /** The message that led to it. */
  readonly causationId?: string;
  readonly tenant?: string;
  /** Who did it: a person, or a service. */
  readonly actor?: string;
  /** W3C trace context. */
  readonly traceparent?: string;
  readonly [more: string]: string | number | boolean | undefined;
}

/** An event as it is given to the store. */
export interface NewEvent {
  /** A UUID. The same event appended again must have the same id. Default: a new UUIDv7. */
  readonly id?: string;
  readonly type: string;
  /** Of `data`. Default 1. */
  readonly schemaVersion?: number;
  /** JSON, or `RawJson`: its text. */
  readonly data: unknown;
  readonly metadata?: EventMetadata;
  /** Default: when it is recorded. */
  readonly occurredAt?: Date;
}

/** An event as it was stored. */
export interface StoredEvent {
  /** In the whole store, from 1, without gaps. */
  readonly position: number;
  readonly stream: string;
  /** In its stream, from 1, without gaps. */
  readonly version: number;
  readonly id: string;
  readonly type: string;
  readonly schemaVersion: number;
  /** JSON; `RawJson` where it was read raw. */
  readonly data: unknown;
  readonly metadata: EventMetadata;
  readonly occurredAt: Date;
  /** By the store's clock; never before that of an earlier position. */
  readonly recordedAt: Date;
}
