import type { Outgoing } from '@comptoir/contracts';
import { RefundStrayCapture } from '@comptoir/contracts/payments';
import { Polling, type Logger, type SqlTransaction } from '@comptoir/messaging';
import type { Charge } from './gateway/charge';
import { markChecked } from './sql/mark-checked';
import { uncheckedVoids } from './sql/unchecked-voids';

/** Payments compared at a time: as many questions to the gateway. */
const ROUND = 50;

export interface ReconciliationOptions {
  /** How long after a payment was made void no capture that was asked for before can be under way any more. */
  readonly afterMs: number;
  readonly everyMs: number;
  readonly gateway: { charge(key: string): Promise<Charge | undefined> };
  /** A transaction whose messages go out when it is committed. */
  readonly transaction: <T>(
    work: (tx: SqlTransaction) => Promise<{ result: T; messages: readonly Outgoing[] }>,
  ) => Promise<T>;
  readonly logger: Logger;
}

/**
 * Compares every void payment with the gateway once, when nothing can be under way any more. A capture may have come
 * through after the refund had found nothing, by a process that died before it could record it: nobody else would ever
 * give it back. What is found is given back by RefundStrayCapture. Processes that compare at the same time do no harm.
 */
export class Reconciliation {
  private readonly polling: Polling;

  constructor(private readonly options: ReconciliationOptions) {
    const { everyMs, logger } = options;
    const step = () => this.check().then(() => everyMs);
    this.polling = new Polling({ step, logger, what: 'Void payments', pollMs: everyMs });
  }

  start(): void {
    this.polling.start();
  }

  stop(): Promise<void> {
    return this.polling.stop();
  }

  /** Compares all that are due; returns how many captures were found. */
  async check(): Promise<number> {
    let found = 0;
    for (let due = await this.due(); due.length > 0 && !this.polling.stopped; due = await this.due()) found += await this.compare(due);
    return found;
  }

  private due(): Promise<readonly string[]> {
    return this.options.transaction(async (tx) => {
      const rows = await uncheckedVoids(tx, this.options.afterMs, ROUND);
      return { result: rows.map(({ orderId }) => orderId), messages: [] };
    });
  }

  private async compare(orderIds: readonly string[]): Promise<number> {
    const { gateway, transaction, logger } = this.options;
    const charges = await Promise.all(orderIds.map((orderId) => gateway.charge(orderId)));
    const captured = new Map(charges.flatMap((charge) => (charge?.status === 'captured' ? [[charge.key, charge] as const] : [])));
    return transaction(async (tx) => {
      const messages = (await markChecked(tx, orderIds)).flatMap(({ orderId }) => {
        const charge = captured.get(orderId);
        return charge ? [RefundStrayCapture({ orderId, amount: charge.amount }, { correlationId: orderId })] : [];
      });
      if (messages.length > 0)
        logger.warn('The gateway holds captures of void payments; they are given back', { count: messages.length });
      return { result: messages.length, messages };
    });
  }
}
