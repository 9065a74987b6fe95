import { setTimeout as delay } from 'node:timers/promises';
import { detailOf, expectStatus, type RestClient } from './rest-client';

export interface ClaimView {
  readonly claimId: string;
  readonly status: 'OPENED' | 'ASSIGNED' | 'UNDER_TREATMENT' | 'APPROVED' | 'REJECTED' | 'SETTLED';
  readonly verification: { readonly state: 'unverified' | 'verified' | 'failed'; readonly detail?: string };
  /** Oldest first. */
  readonly refunds: readonly {
    readonly refundId: string;
    readonly total: { readonly amount: number; readonly currency: string };
    readonly state: 'requested' | 'issued' | 'failed';
    readonly reason: string | null;
  }[];
  /** Why nothing is given back. */
  readonly rejection: string | null;
}

export interface NewClaim {
  readonly orderId: string;
  readonly customerId: string;
  readonly reason: string;
  readonly description: string;
  readonly lines: readonly { readonly sku: string; readonly quantity: number }[];
}

export interface GrantedLine {
  readonly sku: string;
  readonly quantity: number;
  /** Minor units for the whole line. */
  readonly amount?: number;
}

/** A claim as it was read, with the version that a command about it must name. */
export interface ReadClaim {
  readonly claim: ClaimView;
  readonly etag: string | undefined;
}

/** The service will not take this claim, today or tomorrow; the message says why. */
export class ClaimNotTaken extends Error {
  readonly code = 'claim-not-taken';
}

const PAUSE_MS = 25;
const LONGEST_PAUSE_MS = 1_000;

/** Somebody who treats claims: files them, takes them through their treatment, and sees what became of the refund. */
export class ClaimsDesk {
  constructor(
    private readonly claims: RestClient,
    private readonly assignee: string,
    private readonly signal?: AbortSignal,
  ) {}

  /** Filing it again under the same key finds the same claim. Throws `ClaimNotTaken`. */
  async file(claim: NewClaim, idempotencyKey: string): Promise<string> {
    const reply = await this.claims.post('/claims', { body: claim, idempotencyKey });
    if (reply.status === 422 || reply.status === 400) throw new ClaimNotTaken(reasonOf(reply.body));
    return (expectStatus(this.claims, { method: 'POST', path: '/claims' }, reply, 201) as { claimId: string }).claimId;
  }

  async read(claimId: string): Promise<ReadClaim> {
    const path = `/claims/${claimId}`;
    const reply = await this.claims.get(path);
    return { claim: expectStatus(this.claims, { method: 'GET', path }, reply, 200) as ClaimView, etag: reply.etag };
  }

  /** Brings a claim that may be anywhere on its way to the point where it can be resolved. `undefined`: it has been. */
  async treat(claimId: string, patienceMs: number): Promise<ReadClaim | undefined> {
    const known = await this.until(claimId, ({ verification }) => verification.state !== 'unverified', patienceMs);
    if (known.claim.status === 'OPENED') await this.act(known, 'assign', { assignee: this.assignee });
    const assigned = await this.read(claimId);
    if (assigned.claim.status === 'ASSIGNED') await this.act(assigned, 'start-treatment');
    const treated = await this.read(claimId);
    return treated.claim.status === 'UNDER_TREATMENT' ? treated : undefined;
  }

  approve = (claim: ReadClaim, lines: readonly GrantedLine[]) => this.act(claim, 'approve', { lines });
  reject = (claim: ReadClaim, reason: string) => this.act(claim, 'reject', { reason });

  /** Waits, at most so long, until a claim is as wished; answers as it is then, wished or not. */
  async until(claimId: string, wished: (claim: ClaimView) => boolean, patienceMs: number): Promise<ReadClaim> {
    const deadline = Date.now() + patienceMs;
    for (let pause = PAUSE_MS; ; pause = Math.min(pause * 1.5, LONGEST_PAUSE_MS)) {
      const read = await this.read(claimId);
      if (wished(read.claim) || Date.now() > deadline) return read;
      await delay(pause, undefined, { signal: this.signal });
    }
  }

  /** A command that comes too late, because somebody else was faster, is not repeated: the claim is read again instead. */
  private async act({ claim, etag }: ReadClaim, command: 'assign' | 'start-treatment' | 'approve' | 'reject', body: object = {}): Promise<void> {
    const path = `/claims/${claim.claimId}/${command}`;
    const reply = await this.claims.post(path, { body, ifMatch: etag });
    if (reply.status === 422 || reply.status === 409) throw new ClaimNotTaken(reasonOf(reply.body));
    expectStatus(this.claims, { method: 'POST', path }, reply, 200, 202, 204, 412);
  }
}

/** `not-in-order: 2 of 22423 are claimed, and 0 were ordered`: in a word, then for people. */
function reasonOf(problem: unknown): string {
  const { reason, type } = problem as { reason?: unknown; type?: unknown };
  const word = typeof reason === 'string' ? reason : String(type).split(':').at(-1);
  return `${word}: ${detailOf(problem)}`;
}

/** The last attempt to give money back has ended, one way or the other. */
export const refundEnded = ({ status, refunds }: ClaimView) => status !== 'APPROVED' && refunds.at(-1)?.state !== 'requested';
