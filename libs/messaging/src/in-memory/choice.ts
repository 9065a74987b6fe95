/**
 * One thing that can happen next. Plain data: a recorded list of choices replays a run.
 * - `connect`: the client's (re)connection succeeds.
 * - `publish`: the client's oldest message on its way reaches the broker, and is routed and stored.
 * - `confirm`: the oldest outcome reaches the publisher.
 * - `frame`: the oldest consume, ack, cancel or close of a subscription reaches the broker.
 * - `deliver`: the head of a queue goes to a subscription.
 * - `dead-letter`: a message that is due leaves its queue for the dead-letter exchange.
 */
export type Choice =
  | { readonly kind: 'connect' | 'publish' | 'confirm'; readonly connection: string }
  | { readonly kind: 'frame'; readonly subscription: string }
  | { readonly kind: 'deliver'; readonly queue: string; readonly subscription: string }
  | { readonly kind: 'dead-letter'; readonly queue: string };

/**
 * What can go wrong.
 * - `disconnect`: messages on their way and acks are lost, outcomes are unknown, unacked messages return. The client
 *   reconnects by itself.
 * - `lose-confirm`: the oldest outcome is never told although the message is stored: `unknown`.
 * - `cut`: the broker closes one subscription's channel; it subscribes again.
 * - `duplicate`: the head of a queue is there twice, as after a publish that was repeated.
 * - `reorder`: the message at `position` overtakes those before it.
 */
export type Fault =
  | { readonly kind: 'disconnect' | 'lose-confirm'; readonly connection: string }
  | { readonly kind: 'cut'; readonly subscription: string }
  | { readonly kind: 'duplicate'; readonly queue: string }
  | { readonly kind: 'reorder'; readonly queue: string; readonly position: number };

export const sameStep = (a: Choice | Fault, b: Choice | Fault) => JSON.stringify(sorted(a)) === JSON.stringify(sorted(b));

const sorted = (step: object) => Object.entries(step).sort(([a], [b]) => (a < b ? -1 : 1));
