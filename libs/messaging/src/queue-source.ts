import type { MessageType } from '@comptoir/contracts';
import { commitBatch, effectsOf, tells, type Effect } from './batch';
import type { BatchLoop, WorkSource } from './batch-loop';
import type { Clock } from './clock';
import { decode, decodeAny } from './envelope';
import { FailedMessages, isSuspect } from './failed-messages';
import { failPoint, switchedOff } from './failpoint';
import { classify, pauseBefore } from './failure';
import type { Handler, HandlerContext } from './handler';
import type { Logger } from './logger';
import type { Message } from './message';
import type { EndpointObserver } from './observer';
import type { Outbox } from './outbox';
import { Pause } from './pause';
import { inboxKeyOf, REPLAY_ID, replayRefusal, type ReplayRefusal } from './replay';
import type { Delivery, Subscription, Transport } from './transport';
import type { UnitOfWork } from './unit-of-work';

/** Recorded attempts after which a message counts as the one that kills its consumer. */
const MAX_RECORDED_ATTEMPTS = 3;

export interface Item {
  readonly delivery: Delivery;
  readonly message: Message;
  /** What the inbox knows it by. */
  readonly key: string;
  /** What `call` returned, or what was known without it. */
  readonly result: unknown;
  /** It has reached outside. */
  readonly called: boolean;
  readonly since: number;
}

export interface SourceOptions<Tx> {
  readonly service: string;
  readonly transport: Transport;
  readonly unitOfWork: UnitOfWork<Tx>;
  readonly outbox: Outbox<Tx>;
  readonly loop: BatchLoop;
  readonly logger: Logger;
  readonly observer: EndpointObserver;
  readonly clock: Clock;
  readonly context: HandlerContext;
}

/** A message of the batch was handled before: the transaction is to be rolled back. */
class HandledBefore extends Error {}

/** One queue's way through the runtime: decode, (call,) batch, commit, ack; and what becomes of the ones that fail. */
export class QueueSource<Tx> implements WorkSource {
  readonly work: string;
  protected readonly types: ReadonlyMap<string, MessageType>;
  private waiting: Item[] = [];
  private suspects: Item[] = [];
  private handling: readonly Item[] = [];
  private readonly pause: Pause;
  /** In a row, of a batch that cannot be handled now. */
  private tries = 0;
  protected readonly failures: FailedMessages<Tx>;
  private lastHandledSentAt = 0;
  /** Replayed messages that are not for this handler, until they can be acked. */
  private refused: Delivery[] = [];
  private lastRefused: unknown;
  subscription: Subscription | undefined;

  constructor(
    readonly queue: string,
    protected readonly handler: Handler<Tx>,
    protected readonly options: SourceOptions<Tx>,
  ) {
    this.work = `${options.service}.${handler.name}`;
    this.failures = new FailedMessages(this.work, handler, options, (delivery) => this.subscription?.ack([delivery]));
    this.types = new Map(handler.messages.map((type) => [type.name, type]));
    this.pause = new Pause({ clock: options.clock, onEnd: () => options.loop.wake() });
  }

  async subscribe(): Promise<void> {
    this.subscription = await this.options.transport.subscribe(this.queue, {
      // One batch in work and one filling.
      prefetch: 2 * this.handler.maxBatch,
      onDelivery: (delivery) => this.arrived(delivery),
    });
    this.ackRefused();
  }

  waitingSince(): number | undefined {
    return this.pause.lasts ? undefined : this.oldest()?.since;
  }

  get maxBatch(): number {
    return this.handler.maxBatch;
  }

  get lingerMs(): number | undefined {
    return this.handler.lingerMs;
  }

  get waitingCount(): number {
    return this.waiting.length + this.suspects.length;
  }

  private oldest(): Item | undefined {
    const [waiting, suspect] = [this.waiting[0], this.suspects[0]];
    return suspect && (!waiting || suspect.since <= waiting.since) ? suspect : waiting;
  }

  /** All messages sent before this moment have been handled, as far as this process can tell. */
  async horizon(): Promise<number> {
    const now = this.options.clock.now();
    const oldest = [this.handling[0], this.waiting[0], this.suspects[0]].flatMap((item) => (item ? [item.message.sentAt.getTime()] : []));
    if (oldest.length > 0) return Math.min(...oldest);
    const depth = await this.options.transport.depth(this.queue);
    return depth === 0 && this.isEmpty ? now : this.lastHandledSentAt;
  }

  /** Resolves when retries and dead letters on their way have been confirmed and acked. */
  moved(): Promise<void> {
    return this.failures.moved();
  }

  protected get isEmpty(): boolean {
    return this.waiting.length + this.suspects.length + this.handling.length === 0;
  }

  /** A delivery came off the wire. */
  protected arrived(delivery: Delivery): void {
    if (switchedOff('late-ack')) this.subscription?.ack([delivery]);
    const message = this.decoded(delivery);
    if (message) this.ready({ delivery, message, result: undefined, called: false, since: this.options.clock.now() });
  }

  protected decoded(delivery: Delivery): Message | undefined {
    const refusal = replayRefusal(delivery, this.handler);
    if (refusal) {
      this.refuseReplay(delivery, refusal);
      return undefined;
    }
    try {
      return this.handler.observes ? decodeAny(delivery) : decode(delivery, this.types);
    } catch (error) {
      this.failures.deadLetter(delivery, undefined, 'contract-violation', error);
      return undefined;
    }
  }

  /** Nobody asked this handler whether it can do its work again: it is left out, and that is told once per replay. */
  private refuseReplay(delivery: Delivery, reason: ReplayRefusal): void {
    const { logger, observer } = this.options;
    const replayId = delivery.properties.headers?.[REPLAY_ID];
    if (replayId !== this.lastRefused) logger.warn('A replayed message is not for this handler', { work: this.work, reason, replayId });
    this.lastRefused = replayId;
    observer.replayRefused?.(this.work, reason);
    this.refused.push(delivery);
    this.ackRefused();
  }

  /** The first deliveries may come before `subscribe` has returned. */
  private ackRefused(): void {
    if (this.subscription && this.refused.length > 0) this.subscription.ackSoon(this.refused.splice(0));
  }

  protected ready(ready: Omit<Item, 'key'>): void {
    const item = { ...ready, key: inboxKeyOf(ready.message) };
    (isSuspect(item.delivery) ? this.suspects : this.waiting).push(item);
    this.options.loop.wake();
  }

  async runBatch(): Promise<void> {
    const suspect = this.oldest() === this.suspects[0] ? this.suspects.shift() : undefined;
    const items = suspect ? [suspect] : this.waiting.splice(0, this.handler.maxBatch);
    this.handling = items;
    try {
      if (suspect) await this.handleSuspect(suspect);
      else await this.handleAll(items);
    } catch (error) {
      // Only failures that say nothing about the messages come here: all of them wait, and count no attempt.
      this.waitAndTryAgain(suspect ? [] : items, suspect ? [suspect] : [], error);
    } finally {
      this.handling = [];
    }
  }

  private async handleAll(items: readonly Item[]): Promise<void> {
    try {
      await this.commit(items, false);
    } catch (error) {
      if (classify(error) !== 'isolate') throw error;
      if (items.length > 1 && !switchedOff('isolation')) await this.handleEachAlone(items);
      else for (const item of items) this.failures.failed(item, error);
    }
  }

  /** One bad message must not fail its neighbours. */
  private async handleEachAlone(items: readonly Item[]): Promise<void> {
    for (const [index, item] of items.entries()) {
      try {
        await this.commit([item], false);
      } catch (error) {
        if (classify(error) === 'isolate') this.failures.failed(item, error);
        else {
          this.waitAndTryAgain(items.slice(index), [], error);
          return;
        }
      }
    }
  }

  private async handleSuspect(item: Item): Promise<void> {
    const { unitOfWork } = this.options;
    const attempts = await unitOfWork.run((tx) => unitOfWork.store.recordAttempt(tx, this.handler.name, item.key));
    if (attempts > MAX_RECORDED_ATTEMPTS) {
      const error = new Error(`The process died ${attempts - 1} times while handling this message`);
      this.failures.deadLetter(item.delivery, item.message, 'crashed-consumer', error);
      return;
    }
    try {
      await this.commit([item], true);
    } catch (error) {
      if (classify(error) !== 'isolate') throw error;
      this.failures.failed(item, error);
    }
  }

  /**
   * In the hope that no message was handled before, the claim travels with the handler's first statement. Where one was,
   * everything is rolled back and done again `carefully`: claimed first, then handled without it.
   *
   * A duplicate whose call has reached outside is handled all the same: what it did there must not be forgotten, and the
   * delivery that was handled instead may not have known of it. Only what it tells is left out, for that was told.
   */
  private async commit(items: readonly Item[], recorded: boolean, carefully = recorded): Promise<void> {
    const { unitOfWork, outbox, observer, clock } = this.options;
    const started = clock.now();
    const unique = [...new Map(items.map((item) => [item.key, item])).values()];
    let handled: number;
    try {
      handled = await commitBatch(this.work, { unitOfWork, outbox, now: clock.now }, async (tx) => {
        const claiming = unitOfWork.store.claim(tx, this.handler.name, unique.map(({ key }) => key));
        claiming.catch(() => undefined);
        const claimed = carefully ? await claiming : undefined;
        const fresh = switchedOff('inbox') ? items : unique.filter(({ key }) => claimed?.has(key) ?? true);
        const effects = await this.handle(fresh, tx).catch(async (error: unknown) => {
          // Where the claim failed that is why; where it found duplicates they may be.
          if ((await claiming).size < unique.length && !carefully) throw new HandledBefore();
          throw error;
        });
        if ((await claiming).size < unique.length && !carefully && !switchedOff('inbox')) throw new HandledBefore();
        const late = items.filter((item) => item.called && !fresh.includes(item));
        if (late.length > 0) effects.push(...(await this.handle(late, tx)).filter((effect) => !tells(effect)));
        if (recorded && items[0]) await unitOfWork.store.clearAttempt(tx, this.handler.name, items[0].key);
        return { result: fresh.length, effects };
      });
    } catch (error) {
      if (error instanceof HandledBefore) return this.commit(items, recorded, true);
      throw error;
    }
    this.tries = 0;
    failPoint('before-ack', this.work);
    this.subscription?.ackSoon(items.map((item) => item.delivery));
    for (const { message } of items) this.lastHandledSentAt = Math.max(this.lastHandledSentAt, message.sentAt.getTime());
    observer.batch?.(this.work, handled, (clock.now() - started) / 1_000);
    if (handled < items.length) observer.duplicate?.(this.work, items.length - handled);
  }

  private async handle(items: readonly Item[], tx: Tx): Promise<Effect[]> {
    if (items.length === 0) return [];
    const messages = items.map(({ message }) => message);
    return effectsOf(this.handler, messages, await this.handler.batch(messages, tx, items.map(({ result }) => result)));
  }

  private waitAndTryAgain(items: readonly Item[], suspects: readonly Item[], error: unknown): void {
    const { logger } = this.options;
    this.tries += 1;
    const pause = classify(error) === 'again' && this.tries < 10 ? this.tries : pauseBefore(this.tries);
    if (this.tries === 1 || this.tries % 20 === 0)
      logger.warn('A batch cannot be handled now; it is tried again', { work: this.work, size: items.length, error: String(error) });
    this.putBack(items, suspects, error);
    this.pause.start(pause);
  }

  /** To the front, as they came. */
  protected putBack(items: readonly Item[], suspects: readonly Item[], _error: unknown): void {
    this.waiting = [...items, ...this.waiting];
    this.suspects = [...suspects, ...this.suspects];
  }
}
