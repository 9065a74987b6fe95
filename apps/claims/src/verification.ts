import type { Outgoing } from '@comptoir/contracts';
import { classify, Polling, withCommit, type Logger, type SqlTransaction } from '@comptoir/messaging';
import { act } from './act';
import type { OrderAnswer } from './compare';
import type { OrderDesk } from './orders/order-desk';
import { deleteVerifications } from './sql/delete-verifications';
import { leaseVerifications, type DueVerification } from './sql/lease-verifications';
import { postponeVerifications } from './sql/postpone-verifications';
import { verify } from './treatment';

/** Claims compared at a time: as many questions to orders. */
const ROUND = 20;
/** Far longer than asking takes; a process that died gives its claims back after it. */
const LEASE_MS = 30_000;
const FIRST_PAUSE_MS = 1_000;
const LONGEST_PAUSE_MS = 300_000;
/** Somebody else may append to the same claim at the same moment. */
const TRIES = 5;

export interface VerificationOptions {
  readonly orders: Pick<OrderDesk, 'lookUp' | 'state'>;
  readonly transaction: <T>(work: (tx: SqlTransaction) => Promise<{ result: T; messages: readonly Outgoing[] }>) => Promise<T>;
  readonly logger: Logger;
  readonly pollMs: number;
  readonly leaseMs?: number;
  readonly firstPauseMs?: number;
}

interface Answered extends DueVerification {
  readonly answer: OrderAnswer;
}

/**
 * Compares claims that were taken unverified with their orders, once those can be asked again. Claims are leased, orders is
 * asked outside any transaction, and what it said is appended; a process that dies in between loses nothing but time. While
 * the breaker is open nothing is tried; half open, one claim is the trial.
 */
export class VerificationWorker {
  private readonly polling: Polling;

  constructor(private readonly options: VerificationOptions) {
    const { logger, pollMs } = options;
    this.polling = new Polling({ what: 'Unverified claims', step: () => this.step(), logger, pollMs });
  }

  start(): void {
    this.polling.start();
  }

  /** Finishes the claims at hand. */
  stop(): Promise<void> {
    return this.polling.stop();
  }

  /** One round; how long to wait until the next, in milliseconds. */
  async step(): Promise<number> {
    const { orders, transaction, pollMs, leaseMs = LEASE_MS } = this.options;
    const limit = { open: 0, 'half-open': 1, closed: ROUND }[orders.state];
    if (limit === 0) return pollMs;
    const due = await transaction(async (tx) => ({ result: await leaseVerifications(tx, leaseMs, limit), messages: [] }));
    if (due.length === 0) return pollMs;
    const lookups = await Promise.all(due.map(({ orderId }) => orders.lookUp(orderId)));
    const answered = due.flatMap((each, index) => {
      const answer = lookups[index];
      return answer && answer.kind !== 'away' ? [{ ...each, answer }] : [];
    });
    const unanswered = due.flatMap(({ claimId }, index) => {
      const lookup = lookups[index];
      return lookup?.kind === 'away' ? [{ claimId, asked: lookup.asked }] : [];
    });
    if (answered.length > 0) unanswered.push(...(await this.record(answered)));
    if (unanswered.length > 0) await this.postpone(unanswered);
    return answered.length > 0 && due.length === limit ? 0 : pollMs;
  }

  /** All in one transaction; if that fails, each alone, so that one cannot keep the others. Returns those that failed. */
  private async record(answered: readonly Answered[]): Promise<{ claimId: string; asked: boolean }[]> {
    try {
      await this.append(answered);
      return [];
    } catch (error) {
      if (classify(error) === 'wait') throw error;
    }
    const failed: { claimId: string; asked: boolean }[] = [];
    for (const each of answered)
      await this.append([each], TRIES).catch((error: unknown) => {
        this.options.logger.error('A claim could not be compared with its order', { claimId: each.claimId, error: String(error) });
        failed.push({ claimId: each.claimId, asked: true });
      });
    return failed;
  }

  private async append(answered: readonly Answered[], tries = 1): Promise<void> {
    try {
      await this.options.transaction(async (tx) => {
        const acted = await act(tx, answered.map(({ claimId, answer }) => ({ claimId, decide: verify(answer) })));
        // Also those that nothing happened to: somebody else was first.
        withCommit(deleteVerifications(tx, answered.map(({ claimId }) => claimId)));
        return { result: undefined, messages: acted.flatMap((each) => (each.outcome === 'done' ? each.messages : [])) };
      });
    } catch (error) {
      if (tries <= 1 || classify(error) !== 'again') throw error;
      await this.append(answered, tries - 1);
    }
  }

  private async postpone(claims: readonly { readonly claimId: string; readonly asked: boolean }[]): Promise<void> {
    const { transaction, firstPauseMs = FIRST_PAUSE_MS } = this.options;
    await transaction(async (tx) => {
      const claimIds = claims.map(({ claimId }) => claimId);
      const asked = claims.map((each) => each.asked);
      await postponeVerifications(tx, claimIds, asked, firstPauseMs, LONGEST_PAUSE_MS);
      return { result: undefined, messages: [] };
    });
  }
}
