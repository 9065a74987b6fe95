import { commitBatch } from './batch';
import { attemptOf } from './envelope';
import { classify, pauseBefore } from './failure';
import type { Handler } from './handler';
import type { Message } from './message';
import { deadCopy, describe, publishForSure, retryCopy, type DeadReason } from './moves';
import type { SourceOptions } from './queue-source';
import { inboxKeyOf } from './replay';
import { DEFAULT_RETRY } from './retry';
import { deadQueueOf } from './topology';
import type { Delivery } from './transport';

/** Delivered this often before: it may be what kills the process, so it is handled alone, its attempt recorded first. */
const SUSPICIOUS_DELIVERIES = 2;
export const isSuspect = ({ deliveryCount }: Pick<Delivery, 'deliveryCount'>) => deliveryCount >= SUSPICIOUS_DELIVERIES;

/** What becomes of the messages of one queue that failed by themselves. Each is acked only when it is safe elsewhere. */
export class FailedMessages<Tx> {
  private readonly moving = new Set<Promise<void>>();

  constructor(
    private readonly work: string,
    private readonly handler: Handler<Tx>,
    private readonly options: SourceOptions<Tx>,
    private readonly ack: (delivery: Delivery) => void,
  ) {}

  /** Resolves when retries and dead letters on their way have been confirmed and acked. */
  async moved(): Promise<void> {
    while (this.moving.size > 0) await Promise.all(this.moving);
  }

  /** A message failed by itself: to the next retry tier, or given up. */
  failed({ delivery, message }: { delivery: Delivery; message: Message }, error: unknown): void {
    const { logger, observer } = this.options;
    const attempt = attemptOf(delivery);
    const tier = (this.handler.retry ?? DEFAULT_RETRY)[attempt - 1];
    const data = { work: this.work, messageId: message.id, correlationId: message.correlationId, attempt };
    if (tier === undefined) {
      logger.error('A message failed for the last time', { ...data, error: describe(error) });
      this.deadLetter(delivery, message, 'retries-exhausted', error);
      return;
    }
    logger.warn(`A message failed and is tried again in ${tier}`, { ...data, error: describe(error) });
    observer.retried?.(this.work, tier);
    this.move(async () => {
      if (!(await publishForSure(retryCopy(delivery, tier, error), this.movesTo()))) return;
      if (await this.forgetAttempts(delivery, message)) this.ack(delivery);
    });
  }

  /** The handler's own giving up (a saga parks) comes first and commits; then the message leaves its queue. */
  deadLetter(delivery: Delivery, message: Message | undefined, reason: DeadReason, error: unknown): void {
    const { service, clock, logger, observer } = this.options;
    this.move(async () => {
      if (message && this.handler.giveUp && !(await this.runGiveUp(message, error))) return;
      const copy = deadCopy(delivery, { reason, error, service, at: new Date(clock.now()) });
      if (!(await publishForSure(copy, this.movesTo()))) return;
      if (message && !(await this.forgetAttempts(delivery, message))) return;
      this.ack(delivery);
      observer.deadLettered?.(this.work, reason);
      logger.error('A message was dead-lettered', {
        work: this.work,
        reason,
        error: describe(error),
        messageId: String(delivery.properties.messageId),
        queue: deadQueueOf(delivery.queue),
      });
    });
  }

  /** False: not now (the process is going down); the message comes again. */
  private async runGiveUp(message: Message, error: unknown): Promise<boolean> {
    const { unitOfWork, outbox, clock, logger, context } = this.options;
    if (context.signal.aborted) return false;
    const giveUp = () =>
      commitBatch(this.work, { unitOfWork, outbox, now: clock.now }, async (tx) => {
        const sent = (await this.handler.giveUp?.(message, describe(error), tx)) ?? [];
        return { result: undefined, effects: sent.map((outgoing) => ({ cause: message, outgoing })) };
      });
    return this.untilDone(giveUp, (failure) =>
      logger.error('Giving up on a message failed; it is dead-lettered all the same', { work: this.work, error: describe(failure) }),
    );
  }

  /**
   * The copy begins anew: nobody would ask for attempts that were recorded under this delivery, which a process died over before.
   * Where this one dies now, the delivery comes again, is recorded again, and forgotten once it is known to be handled.
   */
  private async forgetAttempts(delivery: Delivery, message: Message): Promise<boolean> {
    if (!isSuspect(delivery)) return true;
    const { unitOfWork, logger } = this.options;
    const forget = () => unitOfWork.run((tx) => unitOfWork.store.clearAttempt(tx, this.handler.name, inboxKeyOf(message)));
    return this.untilDone(forget, (failure) =>
      logger.error('Attempts of a message that was moved stay on record', { work: this.work, messageId: message.id, error: describe(failure) }),
    );
  }

  /** Waits for a database that is away; what fails by itself is told, and counts as done. False: the process is going down. */
  private async untilDone(work: () => Promise<unknown>, onFailure: (failure: unknown) => void): Promise<boolean> {
    const { clock, context } = this.options;
    for (let nth = 1; ; nth++) {
      try {
        await work();
        return true;
      } catch (failure) {
        if (classify(failure) === 'isolate') {
          onFailure(failure);
          return true;
        }
      }
      if (context.signal.aborted) return false;
      await new Promise<void>((resolve) => clock.setTimeout(resolve, pauseBefore(nth)));
    }
  }

  private movesTo() {
    const { transport, clock, logger, context } = this.options;
    return { transport, clock, logger, signal: context.signal };
  }

  private move(run: () => Promise<void>): void {
    const moving = run().catch((error: unknown) =>
      this.options.logger.error('Moving a message failed', { work: this.work, error: describe(error) }),
    );
    const tracked = moving.finally(() => this.moving.delete(tracked));
    this.moving.add(tracked);
  }
}
