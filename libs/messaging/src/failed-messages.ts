import { commitBatch } from './batch';
import { attemptOf } from './envelope';
import { classify, pauseBefore } from './failure';
import type { Handler } from './handler';
import type { Message } from './message';
import { deadCopy, describe, publishForSure, retryCopy, type DeadReason } from './moves';
import type { SourceOptions } from './queue-source';
import { DEFAULT_RETRY } from './retry';
import { deadQueueOf } from './topology';
import type { Delivery } from './transport';

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
      if (await publishForSure(retryCopy(delivery, tier, error), this.movesTo())) this.ack(delivery);
    });
  }

  /** The handler's own giving up (a saga parks) comes first and commits; then the message leaves its queue. */
  deadLetter(delivery: Delivery, message: Message | undefined, reason: DeadReason, error: unknown): void {
    const { service, clock, logger, observer } = this.options;
    this.move(async () => {
      if (message && this.handler.giveUp && !(await this.runGiveUp(message, error))) return;
      const copy = deadCopy(delivery, { reason, error, service, at: new Date(clock.now()) });
      if (!(await publishForSure(copy, this.movesTo()))) return;
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
    for (let nth = 1; !context.signal.aborted; nth++) {
      try {
        await commitBatch(this.work, { unitOfWork, outbox, now: clock.now }, async (tx) => {
          const sent = (await this.handler.giveUp?.(message, describe(error), tx)) ?? [];
          return { result: undefined, effects: sent.map((outgoing) => ({ cause: message, outgoing })) };
        });
        return true;
      } catch (failure) {
        if (classify(failure) === 'isolate') {
          logger.error('Giving up on a message failed; it is dead-lettered all the same', { work: this.work, error: describe(failure) });
          return true;
        }
        await new Promise<void>((resolve) => clock.setTimeout(resolve, pauseBefore(nth)));
      }
    }
    return false;
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
