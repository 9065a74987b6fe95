import { handleRequests } from '@comptoir/messaging';
import { v7 as uuidv7 } from 'uuid';
import { insertReplay } from './sql/replays';

/** What is to be replayed, and to whom. */
export interface ReplayRequest {
  readonly queue: string;
  readonly stream?: string | undefined;
  readonly types?: readonly string[] | undefined;
  /** The period it was recorded in, both ends included; ISO 8601. */
  readonly from?: string | undefined;
  readonly to?: string | undefined;
  /** Positions, or of one stream versions: only those after the one, up to the other. */
  readonly after?: number | undefined;
  readonly upTo?: number | undefined;
}

/** Should its starter die before the first page is sent. */
const FIRST_PAGE_WITHIN_S = 10;

/** Writes down what is to be replayed: events there are now. Whatever comes later reaches its subscribers by itself. */
export const startReplay = handleRequests('start-replay', {
  emits: [],
  async batch(requests: readonly ReplayRequest[], tx) {
    const started = requests.map(async ({ queue, stream, types = [], from, to, after = 0, upTo = Number.MAX_SAFE_INTEGER }) => {
      const replayId = uuidv7();
      await insertReplay(tx, replayId, queue, stream ?? null, types, from ?? null, to ?? null, after, upTo, FIRST_PAGE_WITHIN_S);
      return { reply: { replayId } };
    });
    return Promise.all(started);
  },
});
