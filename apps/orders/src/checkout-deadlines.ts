import type { Outgoing } from '@comptoir/contracts';
import { CHECKOUT, OrderConfirmationRefused } from '@comptoir/contracts/orders';
import { Polling, type Logger, type SqlTransaction } from '@comptoir/messaging';
import { giveUpOverdue } from './sql/give-up-overdue';

export const OVERDUE = 'not paid in time';
/** Orders in one transaction at most. */
const BATCH = 200;
const POLL_MS = 500;

export interface CheckoutDeadlinesOptions {
  /** A transaction whose messages go out when it is committed. */
  readonly transaction: <T>(
    work: (tx: SqlTransaction) => Promise<{ result: T; messages: readonly Outgoing[] }>,
  ) => Promise<T>;
  /**
   * What was sent before this moment has been handled. After an outage the payment of an overdue order may still wait in the
   * queue: it counts. May reject; nothing is given up then.
   */
  readonly horizon: () => Promise<Date>;
  readonly logger: Logger;
}

/**
 * Gives up choreographed orders that are not confirmed in time. Orders decides that alone, under the order's row lock: what
 * comes first, this or the confirmation, counts. The peers hear OrderConfirmationRefused and undo their parts in reverse; the
 * order ends when the last of them has. Several processes share the work.
 */
export class CheckoutDeadlines {
  private readonly polling: Polling;

  constructor(private readonly options: CheckoutDeadlinesOptions) {
    const step = () => this.fire().then((count) => (count === BATCH ? 0 : POLL_MS));
    this.polling = new Polling({ step, logger: options.logger, what: 'Deadlines of checkouts', pollMs: POLL_MS });
  }

  start(): void {
    this.polling.start();
  }

  stop(): Promise<void> {
    return this.polling.stop();
  }

  /** Gives up a batch of what is overdue; returns how many. */
  async fire(): Promise<number> {
    const horizon = await this.options.horizon();
    return this.options.transaction(async (tx) => {
      const overdue = await giveUpOverdue(tx, horizon, OVERDUE, BATCH);
      const messages = overdue.map(({ orderId, refusal }) =>
        OrderConfirmationRefused({ orderId, reason: refusal }, { correlationId: orderId, flow: CHECKOUT }),
      );
      return { result: overdue.length, messages };
    });
  }
}
