import { ConcurrencyConflict, EventIdTaken, postgresEventStore, type EventMetadata, type NewEvent } from '@comptoir/event-store';
import { handleRequests, type SqlTransaction } from '@comptoir/messaging';
import { lockLog } from './sql/lock-log';
import { ownerOf } from './sql/owner-of';

export interface AppendRequest {
  readonly stream: string;
  readonly expected: number | 'no-stream' | 'any';
  readonly events: readonly (Omit<NewEvent, 'occurredAt'> & { readonly occurredAt?: string | undefined })[];
}

/** A refusal says where the stream is. */
export type AppendReply =
  | { readonly ok: true; readonly stream: string; readonly version: number; readonly positions: readonly number[]; readonly repeated: boolean }
  | { readonly ok: false; readonly code: 'concurrency-conflict'; readonly expected: number; readonly actual: number }
  | { readonly ok: false; readonly code: 'event-id-taken'; readonly eventId: string; readonly takenBy: { stream: string; version: number } }
  | { readonly ok: false; readonly code: 'stream-has-an-owner'; readonly owner: string };

/** Tells what came by REST from what a service said: only the owner counts the versions of what it publishes. */
export const VIA_REST = 'rest';

/** Appends from outside, in the order they came. Each is refused or done by itself; they share a commit. */
export const appendEvents = handleRequests('append-events', {
  emits: [],
  maxBatch: 50,
  async batch(requests: readonly AppendRequest[], tx) {
    await lockLog(tx);
    const replies: { reply: AppendReply }[] = [];
    for (const request of requests) replies.push({ reply: await append(tx, request) });
    return replies;
  },
});

async function append(tx: SqlTransaction, { stream, expected, events }: AppendRequest): Promise<AppendReply> {
  const owner = await ownerOf(tx, stream, VIA_REST);
  if (owner !== undefined) return { ok: false, code: 'stream-has-an-owner', owner };
  try {
    const { version, positions, repeated } = await postgresEventStore.append(tx, stream, events.map(stored), expected);
    return { ok: true, stream, version, positions, repeated };
  } catch (error) {
    if (error instanceof ConcurrencyConflict)
      return { ok: false, code: 'concurrency-conflict', expected: Number(error.data.expected), actual: error.data.actual };
    if (error instanceof EventIdTaken) return { ok: false, code: 'event-id-taken', eventId: error.data.eventId, takenBy: error.data.takenBy };
    throw error;
  }
}

const stored = ({ occurredAt, metadata, ...event }: AppendRequest['events'][number]): NewEvent => ({
  ...event,
  metadata: { ...metadata, via: VIA_REST } satisfies EventMetadata,
  ...(occurredAt === undefined ? {} : { occurredAt: new Date(occurredAt) }),
});
