import type { EventMetadata } from '@comptoir/event-store';
import type { ObservedEvent } from '@comptoir/messaging';

/** An event that wants its place in the log: at its owner's version of its stream. */
export interface Arrival {
  readonly stream: string;
  readonly version: number;
  readonly id: string;
  readonly type: string;
  readonly schemaVersion: number;
  /** Its data as it came. */
  readonly json: string;
  readonly metadata: EventMetadata;
  readonly occurredAt: Date;
}

/** What came off the wire. An event whose owner does not count it has a stream of its own. */
export function arrivalOf(event: ObservedEvent): Arrival {
  const { id, type, schemaVersion, json, stream, streamVersion, correlationId, causationId, tenant, traceparent, flow, sentBy, sentAt } = event;
  const counted = stream !== undefined && streamVersion !== undefined;
  return {
    stream: counted ? stream : uncountedStream(id),
    version: counted ? streamVersion : 1,
    id,
    type,
    schemaVersion,
    json,
    metadata: { correlationId, causationId, tenant, traceparent, flow, source: sentBy },
    occurredAt: sentAt,
  };
}

export const uncountedStream = (id: string) => `event-${id}`;
