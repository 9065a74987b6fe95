import type { SqlTransaction } from '@comptoir/messaging';
import type { ChargeRefund, RefundRequest } from './charge';
import { GatewayKeyReused } from './errors';
import { MicroBatch } from './micro-batch';
import { enterRefunds } from './sql/enter-refunds';
import { readRefunds } from './sql/read-refunds';

export interface RefundAnswer {
  readonly refund: ChargeRefund;
  /** The answer gets lost on its way: only of the first request under the key. */
  readonly getsLost: boolean;
}

/**
 * Gives back parts of charges. A key gets one decision and the same answer ever after; all refunds of a charge together never
 * exceed what was captured.
 */
export class RefundDesk {
  private readonly requests = new MicroBatch((requests: readonly RefundRequest[]) => this.decide(requests));

  constructor(private readonly books: SqlTransaction) {}

  /** Throws `GatewayKeyReused` where the key was used for something else. */
  async refund(request: RefundRequest): Promise<RefundAnswer> {
    const answer = await this.requests.add(request);
    const recorded = inWords(answer.refund);
    if (recorded !== inWords(request)) throw new GatewayKeyReused({ key: request.key, recorded, asked: inWords(request) });
    return answer;
  }

  private async decide(requests: readonly RefundRequest[]): Promise<readonly RefundAnswer[]> {
    const entered = new Set<string>();
    for (const round of roundsOf(requests)) {
      const rows = await enterRefunds(
        this.books,
        round.map(({ key }) => key),
        round.map(({ chargeKey }) => chargeKey),
        round.map(({ amount }) => amount.amount),
        round.map(({ amount }) => amount.currency),
      );
      for (const { key } of rows) entered.add(key);
    }
    const keys = [...new Set(requests.map(({ key }) => key))];
    const refunds = new Map((await readRefunds(this.books, keys)).map((refund) => [refund.key, refund]));
    return requests.map(({ key }) => {
      const { onRefund, ...refund } = refunds.get(key)!;
      return { refund, getsLost: onRefund === 'late' && entered.delete(key) };
    });
  }
}

/** Each key once; and in a round each charge once, so that a statement sees what the one before it left of the charge. */
function roundsOf(requests: readonly RefundRequest[]): readonly (readonly RefundRequest[])[] {
  const rounds: Map<string, RefundRequest>[] = [];
  for (const request of new Map(requests.map((each) => [each.key, each])).values()) {
    const round = rounds.find((each) => !each.has(request.chargeKey));
    if (round) round.set(request.chargeKey, request);
    else rounds.push(new Map([[request.chargeKey, request]]));
  }
  return rounds.map((round) => [...round.values()]);
}

const inWords = ({ chargeKey, amount }: RefundRequest) => `${amount.amount} ${amount.currency} of ${chargeKey}`;
