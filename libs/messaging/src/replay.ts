import { createHash } from 'node:crypto';
import type { Handler } from './handler';
import type { Message } from './message';
import type { Delivery } from './transport';

/** Marks a message that is sent again on purpose, from a log of events, to one queue. */
export const REPLAY_ID = 'replay-id';

/**
 * What the inbox knows a message by. A replay of it is another message to the inbox, the same at each delivery: a UUIDv7 of
 * the replay's time, so that it is kept in the inbox for as long as the replay's messages may come, however old the event is.
 */
export function inboxKeyOf({ id, replayId }: Pick<Message, 'id' | 'replayId'>): string {
  if (replayId === undefined) return id;
  const hash = createHash('sha256').update(`${replayId} ${id}`).digest('hex');
  const variant = '89ab'[Number.parseInt(hash[3] as string, 16) % 4] as string;
  return `${replayId.slice(0, 14)}7${hash.slice(0, 3)}-${variant}${hash.slice(4, 7)}-${hash.slice(8, 20)}`;
}

/** Why a handler does not take a replayed message: in one word, for metrics. */
export type ReplayRefusal = 'not-replayable' | 'other-type' | 'other-flow';

/** `undefined`: it is to be handled. What a live message could not have brought to the handler, a replay does not either. */
export function replayRefusal(
  { properties: { type, headers = {} } }: Delivery,
  handler: Pick<Handler, 'replayable' | 'observes' | 'messages' | 'flows'>,
): ReplayRefusal | undefined {
  if (headers[REPLAY_ID] === undefined) return undefined;
  if (!handler.replayable) return 'not-replayable';
  if (!handler.messages.some(({ name }) => name === type)) return 'other-type';
  return handler.flows && !handler.flows.includes(String(headers['flow'])) ? 'other-flow' : undefined;
}
