import type { MessageProperties, Options } from 'amqplib';
import type { WireMessage } from '../message';
import type { Delivery } from '../transport';

/**
 * AMQP's `timestamp` counts seconds; this header, the one RabbitMQ's own timestamp plugin uses, carries milliseconds.
 */
const MILLISECONDS = 'timestamp_in_ms';

export function publishOptions({ properties, mandatory }: WireMessage): Options.Publish {
  const { timestamp, headers } = properties;
  return {
    messageId: properties.messageId,
    type: properties.type,
    correlationId: properties.correlationId,
    appId: properties.appId,
    contentType: properties.contentType,
    timestamp: Math.floor(timestamp / 1_000),
    headers: { ...headers, [MILLISECONDS]: timestamp },
    mandatory,
    persistent: true,
  };
}

/** What came, untrusted: the fields are passed on as they are. */
export function propertiesOf(properties: MessageProperties): Delivery['properties'] {
  const headers = { ...properties.headers };
  const milliseconds: unknown = headers[MILLISECONDS];
  delete headers[MILLISECONDS];
  const seconds: unknown = properties.timestamp;
  return {
    messageId: properties.messageId,
    type: properties.type,
    correlationId: properties.correlationId,
    timestamp: typeof milliseconds === 'number' ? milliseconds : typeof seconds === 'number' ? seconds * 1_000 : undefined,
    appId: properties.appId,
    contentType: properties.contentType,
    headers,
  };
}
