import { v7 as uuidv7 } from 'uuid';
import { isEnded } from '../instance';
import type { SagaInstance } from '../instance';
import type { HistoryEntry, SagaChange, SagaStore, TimerChange } from '../store';

export interface StoreUnderTest<Tx> {
  readonly store: SagaStore<Tx>;
  /** A transaction. */
  run<T>(work: (tx: Tx) => Promise<T>): Promise<T>;
  close(): Promise<void>;
}

export const HOUR = 3_600_000;

/** A store and short words for what the contract does to it. Each has a saga type of its own, so that tests may share a database. */
export class StoreFixture<Tx> {
  readonly type = `trip-${uuidv7()}`;

  constructor(private readonly under: StoreUnderTest<Tx>) {}

  get store(): SagaStore<Tx> {
    return this.under.store;
  }

  readonly run = <T>(work: (tx: Tx) => Promise<T>): Promise<T> => this.under.run(work);
  readonly close = () => this.under.close();
  readonly load = (...conversations: string[]) => this.run((tx) => this.store.load(tx, this.type, conversations));
  readonly read = async (conversation: string) => (await this.load(conversation)).instances.get(conversation);
  readonly save = (...changes: SagaChange[]) => this.run((tx) => this.store.save(tx, this.type, changes));
  readonly history = (conversation: string) => this.run((tx) => this.store.history(tx, this.type, conversation));
  readonly clock = async () => (await this.load(uuidv7())).now;
  readonly inMs = async (ms: number) => new Date((await this.clock()).getTime() + ms);
  readonly due = (horizon: Date = new Date(Date.now() + 24 * HOUR), limit = 10) =>
    this.run((tx) => this.store.due(tx, this.type, { horizon, limit }));

  readonly start = async (over: Partial<SagaInstance> = {}, timers: TimerChange[] = []): Promise<SagaInstance> => {
    const after = { ...instance(this.type, await this.clock()), ...over };
    await this.save({ before: undefined, after, history: [told(after)], timers });
    return after;
  };

  readonly end = async (before: SagaInstance, status: 'completed' | 'cancelled' = 'completed') => {
    const after = moved(before, { status, step: undefined, deadline: undefined, endedAt: await this.clock() });
    await this.save({ before, after, history: [told(after)], timers: [] });
    return after;
  };
}

export function instance(type: string, now: Date): SagaInstance {
  return {
    type,
    conversation: uuidv7(),
    definitionVersion: 1,
    status: 'running',
    step: 'book-flight',
    label: 'REQUESTED',
    data: { to: 'LIS', notes: ['"quoted", {braced}', null, 1.5] },
    progress: { done: [], awaiting: { ids: ['a', 'b'] } },
    version: 1,
    deadline: new Date(now.getTime() + HOUR),
    startedAt: now,
    updatedAt: now,
    endedAt: undefined,
  };
}

export function moved(before: SagaInstance, change: Partial<SagaInstance> = {}): SagaInstance {
  return { ...before, ...change, version: before.version + 1, updatedAt: change.endedAt ?? before.updatedAt };
}

export function told(after: SagaInstance): HistoryEntry {
  const { conversation, version, status, step, label, updatedAt } = after;
  const events = [{ type: isEnded(after) ? 'ended' : 'answered', data: { quoted: '"x"' } }];
  return {
    id: uuidv7(),
    conversation,
    version,
    at: updatedAt,
    input: 'flights.flight-booked',
    causeId: uuidv7(),
    events,
    sent: [uuidv7()],
    status,
    step,
    label,
  };
}
