import { jsonOf, type EventMetadata, type StoredEvent } from '@comptoir/event-store';
import { REPLAY_ID, REPLAYS, type WireMessage } from '@comptoir/messaging';
import { uncountedStream } from './arrival';

/** A past event as it was on the wire, for one queue: the same id and body, marked with the replay that sends it again. */
export function replayMessage(event: StoredEvent, { replayId, queue }: { replayId: string; queue: string }): WireMessage {
  const { id, type, stream, version, schemaVersion, metadata, occurredAt } = event;
  const { correlationId = id, causationId, tenant, traceparent, flow, source }: EventMetadata = metadata;
  const counted = stream !== uncountedStream(id);
  return {
    exchange: REPLAYS,
    routingKey: queue,
    body: jsonOf(event.data),
    properties: {
      messageId: id,
      type,
      correlationId,
      timestamp: occurredAt.getTime(),
      appId: typeof source === 'string' ? source : 'event-store',
      contentType: 'application/json',
      headers: {
        'causation-id': causationId,
        flow,
        tenant,
        traceparent,
        'schema-version': schemaVersion,
        attempt: 1,
        ...(counted ? { stream, 'stream-version': version } : {}),
        [REPLAY_ID]: replayId,
      },
    },
    mandatory: true,
  };
}
