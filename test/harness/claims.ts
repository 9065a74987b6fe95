import { randomUUID } from 'node:crypto';
import { setMaxListeners } from 'node:events';
import { eventually } from '@comptoir/testing';
import { ClaimsDesk, refundEnded, type ClaimView, type GrantedLine, type ReadClaim } from '../../tools/rest/claims-desk';
import { RestClient } from '../../tools/rest/rest-client';
import type { Shop } from './shop';

export type { ClaimView, GrantedLine };

const PATIENCE_MS = 60_000;

/** A refund on its way: the conversation is its id. */
export interface StartedRefund {
  readonly claimId: string;
  readonly refundId: string;
}

/** The people who treat claims: patient with services that are away, by REST like everybody. */
export class Claims {
  private readonly client: RestClient;
  readonly desk: ClaimsDesk;

  constructor(
    private readonly shop: Shop,
    private readonly patienceMs = PATIENCE_MS,
  ) {
    const { signal } = shop.system;
    setMaxListeners(0, signal); // One per request under way.
    this.client = new RestClient(shop.system.url('claims'), { connections: 32, signal });
    this.desk = new ClaimsDesk(this.client, 'front-desk', signal);
  }

  close = () => this.client.close();

  /** Files a claim about everything that is named. */
  file(orderId: string, lines: readonly GrantedLine[], description = 'It came broken'): Promise<string> {
    const claimed = lines.map(({ sku, quantity }) => ({ sku, quantity }));
    return this.desk.file({ orderId, customerId: 'C-17850', reason: 'damaged', description, lines: claimed }, randomUUID());
  }

  read = async (claimId: string): Promise<ClaimView> => (await this.desk.read(claimId)).claim;

  /** Brings it to the point where it is resolved. */
  async treat(claimId: string): Promise<ReadClaim> {
    const treated = await this.desk.treat(claimId, this.patienceMs);
    if (!treated) throw new Error(`Claim ${claimId} cannot be treated: ${JSON.stringify(await this.read(claimId))}`);
    return treated;
  }

  /** Has it treated and approved. */
  async approve(claimId: string, lines: readonly GrantedLine[]): Promise<StartedRefund> {
    await this.desk.approve(await this.treat(claimId), lines);
    const { refunds } = await this.read(claimId);
    return { claimId, refundId: refunds.at(-1)?.refundId ?? '' };
  }

  /** From the complaint to the refund that was asked for. */
  refund = async (orderId: string, lines: readonly GrantedLine[]): Promise<StartedRefund> =>
    this.approve(await this.file(orderId, lines), lines);

  /** The claim once its last refund has ended, one way or the other. */
  async ended(claimId: string): Promise<ClaimView> {
    const { claim } = await this.desk.until(claimId, refundEnded, this.patienceMs);
    expect([claim.claimId, refundEnded(claim)]).toEqual([claimId, true]);
    return claim;
  }

  async reject(claimId: string, reason: string): Promise<void> {
    await this.desk.reject(await this.treat(claimId), reason);
  }

  /** Moves the deadline of a refund into the past: payments is asked to close it, unless it has ended. */
  async passDeadline(refundId: string): Promise<void> {
    const text = `UPDATE claims.open_refund SET requested_at = now() - interval '1 day' WHERE refund_id = $1::uuid`;
    await this.shop.system.rows('claims', text, [refundId]);
  }

  /** Waits until the customer has been told of every one of these causes, and of each once. */
  untilTold = (causes: readonly string[]): Promise<void> =>
    eventually(async () => {
      const text = `SELECT cause_id::text AS cause, state FROM notifications.notification WHERE cause_id = ANY ($1::uuid[]) ORDER BY 1`;
      const told = await this.shop.system.rows<{ cause: string; state: string }>('notifications', text, [causes]);
      expect(told).toEqual([...causes].sort().map((cause) => ({ cause, state: 'sent' })));
    }, { timeoutMs: 45_000 });
}
