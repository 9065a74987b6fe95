import type { WireMessage } from '../message';
import type { Delivery, PublishOutcome } from '../transport';
import type { Stored } from './queue';

/** A message on its way to the broker, and the publisher waiting for its outcome. */
export interface Publish {
  readonly message: WireMessage;
  settle: (outcome: PublishOutcome) => void;
}

/** What a subscription says to the broker; frames arrive in the order they were sent. */
export type Frame =
  | { readonly kind: 'consume' }
  | { readonly kind: 'ack'; readonly tags: readonly number[] }
  | { readonly kind: 'cancel' | 'close'; readonly done: () => void };

/** The two ends of a consumer's channel. */
export interface Channel {
  readonly id: string;
  readonly queue: string;
  readonly prefetch: number;
  readonly frames: Frame[];
  /** By delivery tag, oldest first; what the broker has handed out and not seen acknowledged. */
  readonly unacked: Map<number, Stored>;
  /** The broker delivers to it. */
  consuming: boolean;
  /** The subscriber wants deliveries; a lost channel is opened again. */
  wanted: boolean;
  onDelivery(delivery: Delivery, tag: number): void;
  /** The consumer is registered. */
  onConsuming(): void;
  /** The channel is gone with its tags. */
  onLost(): void;
}

/** What the broker knows of a client. */
export interface Connection {
  readonly name: string;
  status: 'idle' | 'connecting' | 'open';
  readonly publishes: Publish[];
  /** Decided by the broker, not yet known to the publisher. */
  readonly confirms: { readonly publish: Publish; readonly outcome: PublishOutcome }[];
  readonly channels: Channel[];
  onOpen(): void;
}
