import type { BodyOf, MessageType } from '@comptoir/contracts';

/** A message as a handler sees it: decoded, checked against its contract. */
export type Message<T extends MessageType = MessageType> = T extends MessageType
  ? {
      readonly type: T;
      readonly body: BodyOf<T>;
      /** UUIDv7. The inbox knows a message by it; a retry, a replay from the dead letters or a duplicate keeps it. */
      readonly id: string;
      /** The conversation: all messages of one run of a flow share it. */
      readonly correlationId: string;
      readonly causationId: string | undefined;
      readonly flow: string;
      readonly tenant: string | undefined;
      readonly traceparent: string | undefined;
      readonly schemaVersion: number;
      /** Counts from 1; raised by every retry tier. */
      readonly attempt: number;
      readonly sentAt: Date;
      readonly sentBy: string;
      /** Events only: the aggregate and its version, counted by the owner from 1. */
      readonly stream: string | undefined;
      readonly streamVersion: number | undefined;
      /** Sent again by this replay, on purpose; the inbox knows it apart from the live message. */
      readonly replayId?: string | undefined;
    }
  : never;

export type HeaderValue = string | number | boolean | undefined;

/** A message on the wire. The body is plain JSON, so that a person can read and republish it. */
export interface WireMessage {
  readonly exchange: string;
  readonly routingKey: string;
  /** JSON text, UTF-8. */
  readonly body: string;
  readonly properties: {
    readonly messageId: string;
    readonly type: string;
    readonly correlationId: string;
    /** Milliseconds since the epoch. */
    readonly timestamp: number;
    readonly appId: string;
    readonly contentType: string;
    readonly headers: Readonly<Record<string, HeaderValue>>;
  };
  /** Commands, retries and dead letters: a message no queue takes is returned instead of dropped. */
  readonly mandatory: boolean;
}
