import { randomUUID } from 'node:crypto';
import { ClaimsDesk, refundEnded, type ClaimView, type GrantedLine } from '../rest/claims-desk';
import { RestClient } from '../rest/rest-client';
import type { Services } from '../services';
import { CUSTOMER } from './sample-catalogue';

export interface SampleClaim {
  readonly title: string;
  readonly reason: string;
  readonly description: string;
  /** What is given back, of the order that went through. */
  readonly lines: readonly GrantedLine[];
  /** How it must end. */
  readonly status: ClaimView['status'];
  /** Of a refund that is refused: why. */
  readonly refusal?: RegExp;
}

/** Both are about the first of the sample orders: a teapot and four cups. */
export const CLAIMS: readonly SampleClaim[] = [
  {
    title: 'A claim is settled',
    reason: 'damaged',
    description: 'One of the cups is chipped, the teapot leaks.',
    lines: [{ sku: 'TEAPOT-BLUE', quantity: 1 }, { sku: 'CUP-BLUE', quantity: 1 }],
    status: 'SETTLED',
  },
  {
    title: 'A refund is refused',
    reason: 'damaged',
    description: 'The teapot leaks, again.',
    lines: [{ sku: 'TEAPOT-BLUE', quantity: 1 }],
    status: 'REJECTED',
    refusal: /left|sold/,
  },
];

export interface Treated {
  readonly claim: ClaimView;
  /** Why the refund came to nothing, where it did. */
  readonly refusal: string | null;
  readonly refundId: string;
  /** From the approval to the refund's end. */
  readonly ms: number;
}

const PATIENCE_MS = 30_000;

/** Files a claim, has it treated and approved, and waits for the refund's end. One that is refused is rejected with that reason. */
export async function treatClaim(services: Services, sample: SampleClaim, orderId: string): Promise<Treated> {
  const client = new RestClient(services.url('claims'));
  const desk = new ClaimsDesk(client, 'front-desk');
  try {
    const { reason, description, lines } = sample;
    const claimed = lines.map(({ sku, quantity }) => ({ sku, quantity }));
    const claimId = await desk.file({ orderId, customerId: CUSTOMER, reason, description, lines: claimed }, randomUUID());
    const treated = await desk.treat(claimId, PATIENCE_MS);
    if (!treated) throw new Error(`Claim ${claimId} cannot be treated: ${JSON.stringify((await desk.read(claimId)).claim)}`);
    const started = performance.now();
    await desk.approve(treated, lines);
    const ended = await desk.until(claimId, refundEnded, PATIENCE_MS);
    const ms = performance.now() - started;
    const refund = ended.claim.refunds.at(-1);
    const refusal = refund?.state === 'failed' ? (refund.reason ?? 'no reason given') : null;
    if (refusal !== null) await desk.reject(ended, `Not refunded: ${refusal}`);
    return { claim: (await desk.read(claimId)).claim, refusal, refundId: refund?.refundId ?? '', ms };
  } finally {
    await client.close();
  }
}

/** True when it ended the way the example is about. */
export const settledAsItShould = ({ status, refusal }: SampleClaim, treated: Pick<Treated, 'claim' | 'refusal'>) =>
  treated.claim.status === status && (refusal ? refusal.test(treated.refusal ?? '') : treated.refusal === null);
