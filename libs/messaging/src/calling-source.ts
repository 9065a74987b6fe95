import type { Message } from './message';
import { classify, pauseBefore } from './failure';
import { RetryNow } from './errors';
import { QueueSource, type Item } from './queue-source';
import type { Delivery } from './transport';

interface Arrival {
  readonly delivery: Delivery;
  readonly message: Message;
}

/**
 * A queue whose handler reaches outside first. Calls run as deliveries arrive, concurrently up to the prefetch, outside of
 * any transaction and without holding the batch loop; a message joins a batch when its call has come back.
 */
export class CallingSource<Tx> extends QueueSource<Tx> {
  private arrivals: Arrival[] = [];
  private calling = 0;
  private looking = false;
  private lookFailures = 0;

  protected override get isEmpty(): boolean {
    return super.isEmpty && this.arrivals.length + this.calling === 0;
  }

  /** Resolves when no call is on its way. */
  override async moved(): Promise<void> {
    while (this.calling > 0 || this.looking) await new Promise<void>((resolve) => this.options.clock.setTimeout(resolve, 5));
    await super.moved();
  }

  protected override arrived(delivery: Delivery): void {
    const message = this.decoded(delivery);
    if (!message) return;
    this.arrivals.push({ delivery, message });
    this.lookUpSoon();
  }

  /** What was read has changed: ask again, for what the call returned no longer holds either. */
  protected override putBack(items: readonly Item[], suspects: readonly Item[], error: unknown): void {
    if (!(error instanceof RetryNow)) return super.putBack(items, suspects, error);
    this.arrivals.unshift(...[...items, ...suspects].map(({ delivery, message }) => ({ delivery, message })));
    this.lookUpSoon();
  }

  private lookUpSoon(): void {
    if (this.looking) return;
    this.looking = true;
    setImmediate(() => void this.lookUp());
  }

  /** One look-up for all that have arrived meanwhile; what is known already is not called for. */
  private async lookUp(): Promise<void> {
    while (this.arrivals.length > 0) {
      const batch = this.arrivals.splice(0, this.handler.maxBatch);
      try {
        const known = await this.known(batch.map(({ message }) => message));
        this.lookFailures = 0;
        batch.forEach((arrival, index) => {
          if (known[index] !== undefined) this.answered(arrival, known[index], false);
          else void this.call(arrival);
        });
      } catch (error) {
        if (classify(error) === 'isolate') for (const arrival of batch) this.failures.failed(arrival, error);
        else {
          this.arrivals.unshift(...batch);
          this.lookFailures += 1;
          if (this.options.context.signal.aborted) break;
          await new Promise<void>((resolve) => this.options.clock.setTimeout(resolve, pauseBefore(this.lookFailures)));
        }
      }
    }
    this.looking = false;
  }

  private async known(messages: readonly Message[]): Promise<readonly unknown[]> {
    const { unitOfWork, context } = this.options;
    const { handler } = this;
    if (!handler.known) return [];
    return unitOfWork.run(async (tx) => (await handler.known?.(messages, tx, context)) ?? []);
  }

  private async call(arrival: Arrival): Promise<void> {
    this.calling += 1;
    try {
      this.answered(arrival, await this.handler.call?.(arrival.message, this.options.context), true);
    } catch (error) {
      // Going down cut the call off: the message stays unacked and comes again.
      if (!this.options.context.signal.aborted) this.failures.failed(arrival, error);
    } finally {
      this.calling -= 1;
    }
  }

  private answered({ delivery, message }: Arrival, result: unknown, called: boolean): void {
    this.ready({ delivery, message, result, called, since: this.options.clock.now() });
  }
}
