import type { EventType } from '@comptoir/contracts';
import { CustomerNotified, NotificationFailed } from '@comptoir/contracts/notifications';
import { RetryNow, withCommit, type HandlerContext, type Message, type RetryPolicy, type SqlTransaction } from '@comptoir/messaging';
import { Delivery } from './delivery';
import { NotificationMissing } from './errors';
import { fromRow, keyOf, settle, type Letter, type Notification, type Told } from './notification';
import { lockNotifications } from './sql/lock-notifications';
import { saveOutcomes } from './sql/save-outcomes';
import { settledNotifications } from './sql/settled-notifications';

/** A mail server may be away for a night. What is not delivered after a day is a dead letter, replayed when a person says so. */
const A_DAY: RetryPolicy = ['1s', '10s', '10s', '10s', ...Array<'60s'>(1_440).fill('60s')];

/** Few in flight: each may hold a connection to the mail server. */
const MAX_BATCH = 25;

/**
 * The part of a reaction that tells a customer of its event: delivered before the transaction, once per cause and template
 * as long as the process lives to record it. The same cause again, from whatever message, is answered from its row.
 */
export const telling = <T extends EventType>(letterOf: (event: Message<T>) => Letter) => ({
  kind: 'retriable' as const,
  emits: [CustomerNotified, NotificationFailed],
  retry: A_DAY,
  maxBatch: MAX_BATCH,

  async known(events: readonly Message<T>[], tx: SqlTransaction): Promise<(Told | undefined)[]> {
    const letters = events.map(letterOf);
    const settled = new Set((await settledNotifications(tx, ...keys(letters))).map(keyOf));
    return letters.map((letter) => (settled.has(keyOf(letter)) ? fromRow : undefined));
  },

  call: (event: Message<T>, { get, signal }: HandlerContext): Promise<Told> => get(Delivery).attempt(letterOf(event), signal),

  async batch(events: readonly Message<T>[], tx: SqlTransaction, results: readonly Told[]) {
    const letters = events.map(letterOf);
    const locked = new Map((await lockNotifications(tx, ...keys(letters))).map((row) => [keyOf(row), row]));
    const changed = new Map<string, Notification>();
    const outcomes = letters.map((letter, index) => {
      const key = keyOf(letter);
      const row = changed.get(key) ?? locked.get(key);
      if (!row) throw new NotificationMissing(`There is no notification ${key}`, { key });
      const next = settle(row, results[index] ?? fromRow);
      if (next === 'look-again') throw new RetryNow(`Notification ${key} has no outcome yet`, { key });
      if (next !== row) changed.set(key, next);
      return answerOf(next);
    });
    save(tx, [...changed.values()]);
    return outcomes;
  },
});

function answerOf({ notificationId, customerId, template, channel, state, lastError }: Notification) {
  const of = { notificationId, customerId, template, channel };
  return state === 'failed' ? NotificationFailed({ ...of, reason: lastError ?? 'refused' }) : CustomerNotified(of);
}

const keys = (letters: readonly Letter[]) => [letters.map(({ causeId }) => causeId), letters.map(({ template }) => template)] as const;

function save(tx: SqlTransaction, changed: readonly Notification[]): void {
  if (changed.length === 0) return;
  const saved = saveOutcomes(
    tx,
    changed.map(({ notificationId }) => notificationId),
    changed.map(({ state }) => state),
    changed.map(({ lastError }) => lastError),
  );
  withCommit(saved);
}
