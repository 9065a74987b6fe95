import { RetryNow, systemClock } from '@comptoir/messaging';
import type { Clock } from '@comptoir/messaging';
import type { SagaInstance } from '../instance';
import { isEnded } from '../instance';
import type { ActionRecord, HistoryEntry, SagaChange, SagaStore } from '../store';

interface Rows<Row> {
  get(key: string): Row | undefined;
  set(key: string, row: Row): void;
  delete(key: string): boolean;
  entries(): readonly (readonly [string, Row])[];
}

/** What the store needs of a transaction; `inMemoryUnitOfWork` has it. Rows are copied in and out. */
export interface TableTransaction {
  table<Row>(name: string): Rows<Row>;
}

interface TimerRow {
  readonly type: string;
  readonly conversation: string;
  readonly name: string;
  readonly due: Date;
}

const keyOf = (...parts: readonly string[]) => JSON.stringify(parts);
const instancesOf = (tx: TableTransaction) => tx.table<SagaInstance>('saga.instance');
const timersOf = (tx: TableTransaction) => tx.table<TimerRow>('saga.timer');
const historyOf = (tx: TableTransaction) => tx.table<HistoryEntry & { type: string }>('saga.history');

/**
 * Sagas in memory, for simulations. Transactions come one after the other, so there is nothing to lock, and a conflict is
 * a bug of the caller; it is reported all the same.
 */
export function inMemorySagaStore(options: { clock?: Clock } = {}): SagaStore<TableTransaction> {
  const { clock = systemClock } = options;
  const now = () => new Date(clock.now());
  return {
    async load(tx, type, conversations) {
      const found = conversations.flatMap((conversation) => instancesOf(tx).get(keyOf(type, conversation)) ?? []);
      return { now: now(), instances: new Map(found.map((instance) => [instance.conversation, instance])) };
    },

    async save(tx, type, changes) {
      for (const change of changes) write(tx, type, change);
    },

    async due(tx, type, { horizon, limit }) {
      const until = Math.min(horizon.getTime(), clock.now());
      const live = instancesOf(tx)
        .entries()
        .flatMap(([, each]) => (each.type === type && !isEnded(each) ? [each] : []));
      const waiting = live.flatMap((instance) => (instance.deadline ? [{ instance, due: instance.deadline }] : []));
      const ofType = timersOf(tx)
        .entries()
        .flatMap(([, timer]) => (timer.type === type ? [timer] : []));
      const timers = ofType.flatMap((timer) => {
        const instance = live.find(({ conversation }) => conversation === timer.conversation);
        return instance && instance.status !== 'parked' ? [{ ...timer, instance }] : [];
      });
      const oldest = <T extends { readonly due: Date }>(all: readonly T[]) =>
        all
          .filter(({ due }) => due.getTime() <= until)
          .sort((a, b) => a.due.getTime() - b.due.getTime())
          .slice(0, limit);
      const dues = [...waiting, ...ofType].map(({ due }) => due.getTime());
      return {
        now: now(),
        deadlines: oldest(waiting).map(({ instance }) => instance),
        timers: oldest(timers).map(({ instance, name }) => ({ instance, name })),
        next: dues.length === 0 ? undefined : new Date(Math.min(...dues)),
      };
    },

    async recordActions(tx, type, actions) {
      const table = tx.table<ActionRecord & { type: string }>('saga.action');
      for (const action of actions) table.set(action.id, { ...action, type });
    },

    async history(tx, type, conversation) {
      return historyOf(tx)
        .entries()
        .flatMap(([, { type: of, ...entry }]) => (of === type && entry.conversation === conversation ? [entry] : []));
    },

    async liveVersions(tx) {
      const counts = new Map<string, { type: string; definitionVersion: number; count: number }>();
      for (const [, instance] of instancesOf(tx).entries()) {
        if (isEnded(instance)) continue;
        const key = keyOf(instance.type, String(instance.definitionVersion));
        const { type, definitionVersion } = instance;
        counts.set(key, { type, definitionVersion, count: (counts.get(key)?.count ?? 0) + 1 });
      }
      return [...counts.entries()].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, count]) => count);
    },

    async maintain(tx, retentionDays) {
      const oldest = clock.now() - retentionDays * 86_400_000;
      for (const [key, { endedAt }] of instancesOf(tx).entries())
        if (endedAt && endedAt.getTime() < oldest) instancesOf(tx).delete(key);
      for (const [key, { at }] of historyOf(tx).entries()) if (at.getTime() < oldest) historyOf(tx).delete(key);
    },
  };
}

function write(tx: TableTransaction, type: string, { before, after, history, timers }: SagaChange): void {
  const { conversation } = after;
  for (const entry of history)
    historyOf(tx).set(keyOf(type, conversation, entry.id), { ...plain(entry), at: entry.at, type });
  if (before === after) return;
  const key = keyOf(type, conversation);
  const stored = instancesOf(tx).get(key);
  if ((stored?.version ?? 0) !== (before?.version ?? 0) || (stored && isEnded(stored)))
    throw new RetryNow('A saga changed meanwhile', { type, conversation });
  instancesOf(tx).set(key, { ...after, data: plain(after.data), progress: plain(after.progress) });
  const table = timersOf(tx);
  for (const timer of timers) {
    const timerKey = keyOf(type, conversation, timer.name);
    if (timer.kind === 'set') table.set(timerKey, { type, conversation, name: timer.name, due: timer.due });
    else table.delete(timerKey);
  }
  if (isEnded(after))
    for (const [timerKey, timer] of table.entries())
      if (timer.type === type && timer.conversation === conversation) table.delete(timerKey);
}

/** As a database keeps it. */
const plain = <T>(value: T): T => JSON.parse(JSON.stringify(value)) as T;
