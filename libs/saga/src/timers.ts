import type { Outgoing } from '@comptoir/contracts';
import type { Clock, Logger, SqlTransaction } from '@comptoir/messaging';
import { Polling, systemClock } from '@comptoir/messaging';
import type { Turned } from './batch';
import { SagaBatch } from './batch';
import type { SagaDefinition } from './definition';
import { Definitions } from './definitions';
import { observe } from './observe';
import type { SagaObserver } from './observer';
import type { Due, SagaStore } from './store';

export interface SagaTimersOptions<Tx = SqlTransaction> {
  readonly definitions: SagaDefinition | readonly SagaDefinition[];
  readonly store: SagaStore<Tx>;
  /** Runs work in a transaction and sends what it returns: `endpoint.transaction`. */
  readonly transaction: <T>(work: (tx: Tx) => Promise<{ result: T; messages: readonly Outgoing[] }>) => Promise<T>;
  /**
   * All messages sent before this moment have been handled: `endpoint.horizon(handler)`. After an outage the answer to an
   * overdue message may still wait in the queue. May reject; nothing is fired then.
   */
  readonly horizon: () => Promise<Date>;
  readonly logger: Logger;
  readonly observer?: SagaObserver;
  readonly clock?: Clock;
  /** How long at most until it looks again, in milliseconds. Default 500. */
  readonly pollMs?: number;
  /** Deadlines and timers in one transaction at most. Default 200. */
  readonly limit?: number;
  /** How long tombstones and history are kept. Default 60 days. */
  readonly retentionDays?: number;
}

const MAINTAIN_EVERY_MS = 3_600_000;
/** Between a due time and looking for it: so that one look finds what falls due together. */
const SETTLE_MS = 5;

/**
 * Fires the deadlines and timers of one saga type, in batches, by the database's clock. Several processes share the work:
 * each takes what no other has locked. At-least-once is enough, for every deadline is checked again under its lock.
 */
export class SagaTimers<Tx = SqlTransaction> {
  private readonly definitions: Definitions;
  private readonly clock: Clock;
  private readonly polling: Polling;
  private maintainedAt = -Infinity;

  constructor(private readonly options: SagaTimersOptions<Tx>) {
    this.definitions = new Definitions(options.definitions);
    const { clock = systemClock, pollMs = 500, logger } = options;
    this.clock = clock;
    const data = { saga: this.definitions.type };
    this.polling = new Polling({ what: 'Deadlines', data, step: () => this.look(pollMs), logger, pollMs, clock });
  }

  start(): void {
    this.polling.start();
  }

  /** Finishes the batch at hand and fires no more. Idempotent. */
  stop(): Promise<void> {
    return this.polling.stop();
  }

  /** Fires one batch of what is due. Returns how many of them did something, and what is due next. */
  async fire(): Promise<{ fired: number; next: Date | undefined; now: Date }> {
    const { store, transaction, observer = {}, limit = 200 } = this.options;
    const { type } = this.definitions;
    const horizon = await this.options.horizon();
    return transaction(async (tx) => {
      const due = await store.due(tx, type, { horizon, limit });
      const turns = this.turn(due);
      const changes = turns.batch.changes();
      if (changes.length > 0) await store.save(tx, type, changes);
      observe(observer, type, turns.all);
      if (turns.deadlines > 0) observer.fired?.(type, 'deadline', turns.deadlines);
      if (turns.timers > 0) observer.fired?.(type, 'timer', turns.timers);
      const result = { fired: turns.all.filter(({ events }) => events > 0).length, next: due.next, now: due.now };
      return { result, messages: turns.all.flatMap(({ messages }) => messages) };
    });
  }

  private turn(due: Due): { batch: SagaBatch; all: Turned[]; deadlines: number; timers: number } {
    const known = ({ definitionVersion }: { definitionVersion: number }) => this.definitions.has(definitionVersion);
    const deadlines = due.deadlines.filter(known);
    const timers = due.timers.filter(({ instance }) => known(instance));
    const instances = new Map(
      [...deadlines, ...timers.map(({ instance }) => instance)].map((each) => [each.conversation, each]),
    );
    const batch = new SagaBatch(this.definitions, { now: due.now, instances });
    const all = [
      ...deadlines.map(({ conversation }) => batch.take(conversation, { kind: 'deadline' })),
      ...timers.map(({ instance, name }) => batch.takeTimer(instance.conversation, name)),
    ];
    return { batch, all, deadlines: deadlines.length, timers: timers.length };
  }

  /** How long until it should look again. */
  private async look(pollMs: number): Promise<number> {
    await this.maintain();
    if (this.polling.stopped) return pollMs;
    const { fired, next, now } = await this.fire();
    if (fired > 0) return 0;
    return next && next > now ? Math.min(pollMs, next.getTime() - now.getTime() + SETTLE_MS) : pollMs;
  }

  /** Failing at it keeps no deadline waiting: there is room for weeks, so an hour later will do. */
  private async maintain(): Promise<void> {
    if (this.clock.now() - this.maintainedAt < MAINTAIN_EVERY_MS) return;
    this.maintainedAt = this.clock.now();
    const { store, transaction, retentionDays = 60, logger } = this.options;
    await transaction(async (tx) => ({ result: await store.maintain(tx, retentionDays), messages: [] })).catch(
      (error: unknown) => logger.warn('Tombstones and history could not be maintained', { error: String(error) }),
    );
  }
}
