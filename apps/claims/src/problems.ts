import { notFound, Problem } from '@comptoir/platform';
import type { Refusal } from './act';
import { etagOf } from './if-match';
import type { RefusalCode } from './refusal';
import type { Reply, Standing } from './reply';

const PROBLEMS: Readonly<Record<Exclude<RefusalCode, 'claim-not-found'>, { status: number; title: string }>> = {
  'version-mismatch': { status: 412, title: 'The claim has changed since' },
  'wrong-status': { status: 409, title: 'The claim is not in a status for this' },
  'claim-not-verified': { status: 409, title: 'The claim has not been compared with its order yet' },
  'claim-verification-failed': { status: 409, title: 'The claim does not fit its order' },
  'claim-does-not-fit-order': { status: 422, title: 'The claim does not fit its order' },
  'refund-lines-refused': { status: 422, title: 'This cannot be given back' },
};

/** Where the claim is, or the problem that says why nothing happened. */
export function standingOf(reply: Reply, claimId: string): Standing {
  if (reply.outcome === 'done') return reply.claim;
  throw problemOf(reply.refusal, claimId);
}

function problemOf({ code, detail, data }: Refusal, claimId: string): Problem {
  if (code === 'claim-not-found') return notFound('claim', claimId);
  const { version } = data;
  const headers: Record<string, string> = typeof version === 'number' ? { etag: etagOf(version) } : {};
  return new Problem({ ...PROBLEMS[code], code, detail, data, headers });
}
