import type { EventType, Outgoing } from '@comptoir/contracts';
import type { Message } from '@comptoir/messaging';
import type { Aggregate } from './aggregate';
import { complete } from './checked';
import type { CompleteEvent } from './checked';
import { ForeignEvent } from './errors';
import type { EventMetadata } from './event';

/**
 * What a command leads to, given the state: one event, several or none. Pure: times and ids are its arguments. A refusal is
 * an event, or an error that it throws.
 */
export type Decide<S, T extends EventType> = (state: S) => Outgoing<T> | readonly Outgoing<T>[];

/** The metadata of events that a message leads to. */
export const causedBy = ({ id, correlationId, tenant, traceparent }: Message): EventMetadata => ({
  correlationId,
  causationId: id,
  tenant,
  traceparent,
});

/**
 * The events of a decision, ready to be stored. Throws `ForeignEvent` for one whose own `stream` is another, or whose type
 * the aggregate has not declared.
 */
export function decided<S, T extends EventType>(
  { events }: Aggregate<S, T>,
  stream: string,
  decision: Outgoing<T> | readonly Outgoing<T>[],
  metadata?: EventMetadata,
): readonly CompleteEvent[] {
  return [decision].flat().map((message) => {
    const event = events.toStore(message, metadata);
    const belongs = message.type.streamOf(event.data);
    if (belongs === stream) return complete(event);
    throw new ForeignEvent(`${event.type} is of ${belongs}, not of ${stream}`, { type: event.type, stream, belongs });
  });
}
