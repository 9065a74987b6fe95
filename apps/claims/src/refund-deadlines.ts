import type { Outgoing } from '@comptoir/contracts';
import { REFUND } from '@comptoir/contracts/claims';
import { CloseRefund } from '@comptoir/contracts/payments';
import { Polling, type Logger, type SqlTransaction } from '@comptoir/messaging';
import { overdueRefunds } from './sql/overdue-refunds';

const LIMIT = 200;
const LONGEST_PAUSE_MS = 3_600_000;

export interface RefundDeadlinesOptions {
  /** How long after it was requested payments is asked how a refund ended; asked again after twice as long each time. */
  readonly deadlineMs: number;
  readonly pollMs: number;
  readonly transaction: <T>(work: (tx: SqlTransaction) => Promise<{ result: T; messages: readonly Outgoing[] }>) => Promise<T>;
  /** Everything sent to claims before this moment has been handled. May reject; nobody is asked then. */
  readonly horizon: () => Promise<Date>;
  readonly logger: Logger;
}

/**
 * Asks payments to close refunds whose end has not been heard of in time: RefundRequested -> CloseRefund. Its answer comes
 * by the same events as any other end. Due times are rows, by the database's clock; several processes share them.
 */
export class RefundDeadlines {
  private readonly polling: Polling;

  constructor(private readonly options: RefundDeadlinesOptions) {
    const { logger, pollMs } = options;
    const step = async () => ((await this.ask()) === LIMIT ? 0 : pollMs);
    this.polling = new Polling({ what: 'Deadlines of refunds', step, logger, pollMs });
  }

  start(): void {
    this.polling.start();
  }

  stop(): Promise<void> {
    return this.polling.stop();
  }

  /** Asks for a batch of those that are due; returns how many. */
  async ask(): Promise<number> {
    const { deadlineMs, transaction, logger } = this.options;
    const horizon = await this.options.horizon();
    return transaction(async (tx) => {
      const overdue = await overdueRefunds(tx, deadlineMs, horizon.toISOString(), LONGEST_PAUSE_MS, LIMIT);
      if (overdue.length > 0) logger.warn('Refunds have not ended in time; payments is asked to close them', { count: overdue.length });
      const reason = `no end within ${deadlineMs / 1_000} s`;
      const messages = overdue.map(({ refundId, claimId, orderId, causeId }) =>
        CloseRefund({ refundId, claimId, orderId, reason }, { correlationId: refundId, causationId: causeId, flow: REFUND }),
      );
      return { result: overdue.length, messages };
    });
  }
}
