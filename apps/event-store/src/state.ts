import type { ReadStream, StoredEvent } from '@comptoir/event-store';
import { cart } from './folds/cart';
import { claim } from './folds/claim';
import type { Fold } from './folds/fold';
import { Merged } from './folds/merged';
import { order } from './folds/order';
import { payment } from './folds/payment';
import { reservation } from './folds/reservation';

const FOLDS: readonly Fold[] = [order, payment, reservation, claim, cart];
const foldOf = (stream: string) => FOLDS.find(({ name }) => stream.startsWith(`${name}-`));

export interface AsOf {
  readonly version?: number | undefined;
  /** Of recording. */
  readonly time?: Date | undefined;
}

/** What a stream's events come to. */
export interface StreamState {
  readonly stream: string;
  /** Of the last event in it, and when that was recorded. */
  readonly version: number;
  readonly recordedAt: Date;
  /** Who says what the events mean; `merged`: nobody, their fields are laid over each other. */
  readonly fold: string;
  readonly state: object;
  /** Only of a merged state: the values each field had, and since which version. */
  readonly fields?: object;
  /** Types the fold does not know, or whose data break their contract: they changed nothing. */
  readonly unread: readonly string[];
}

type Read = (options: ReadStream) => Promise<readonly StoredEvent[]>;
const PAGE = 500;

/** The state of a stream now, as of a version or as of a time; `undefined` where there was nothing then. */
export async function stateOf(stream: string, read: Read, { version: until = Infinity, time }: AsOf = {}): Promise<StreamState | undefined> {
  const known = foldOf(stream);
  const merged = new Merged();
  const unread = new Set<string>();
  let state = known?.initial ?? merged.state;
  let last: StoredEvent | undefined;
  for (let from = 1; from <= until; from = (last?.version ?? 0) + 1) {
    const limit = Math.min(PAGE, until - from + 1);
    const events = await read({ from, limit, ...(time ? { recordedUntil: time } : {}) });
    for (const event of events) {
      const after = known?.after(state, event.type, event.data);
      if (!known) merged.add(event);
      else if (after) state = after;
      else unread.add(event.type);
      last = event;
    }
    if (events.length < limit) break;
  }
  if (!last) return undefined;
  const { version, recordedAt } = last;
  return { stream, version, recordedAt, fold: known?.name ?? 'merged', state, ...(known ? {} : { fields: merged.fields }), unread: [...unread].sort() };
}
