import type { Handled } from '@comptoir/event-store';
import { withCommit, type SqlTransaction } from '@comptoir/messaging';
import type { Claim, ClaimEvent, ClaimHappened, FiledClaim } from './claim';
import { deleteOpenRefunds } from './sql/delete-open-refunds';
import { deleteVerifications } from './sql/delete-verifications';
import { insertOpenRefunds } from './sql/insert-open-refunds';
import { insertVerifications } from './sql/insert-verifications';
import { saveClaims } from './sql/save-claims';

type Of<T extends ClaimHappened['type']> = Extract<ClaimHappened, { readonly type: T }>;

/**
 * Writes what follows from events that were just appended: the rows for lists, and what is still to be done. They travel
 * with the commit, behind the append: nobody who holds one of these rows waits for the store's head.
 */
export function saveRows(tx: SqlTransaction, handled: readonly Handled<Claim, ClaimEvent>[]): void {
  const changed = new Map(handled.flatMap(({ id, state, events }) => (events.length > 0 && state.status !== 'NONE' ? [[id, state]] : [])));
  if (changed.size === 0) return;
  const claims = [...changed.values()];
  withCommit(save(tx, claims));

  const events = handled.flatMap((each) => each.events);
  const of = <T extends ClaimHappened['type']>(...types: T[]) =>
    events.filter((event): event is Of<T> => types.some((type) => type === event.type));

  const unknown = of('claims.claim-opened').filter(({ data }) => changed.get(data.claimId)?.verification.state === 'unverified');
  if (unknown.length > 0)
    withCommit(insertVerifications(tx, unknown.map(({ data }) => data.claimId), unknown.map(({ data }) => data.orderId)));
  const known = of('claims.claim-verified', 'claims.claim-verification-failed', 'claims.claim-rejected');
  if (known.length > 0) withCommit(deleteVerifications(tx, known.map(({ data }) => data.claimId)));

  const requested = of('claims.refund-requested');
  if (requested.length > 0)
    withCommit(
      insertOpenRefunds(
        tx,
        requested.map(({ data }) => data.refundId),
        requested.map(({ data }) => data.claimId),
        requested.map(({ data }) => data.orderId),
        requested.map(({ id }) => id),
      ),
    );
  const ended = of('claims.claim-settled', 'claims.refund-failed');
  if (ended.length > 0) withCommit(deleteOpenRefunds(tx, ended.map(({ data }) => data.refundId)));
}

const save = (tx: SqlTransaction, claims: readonly FiledClaim[]) =>
  saveClaims(
    tx,
    claims.map(({ claimId }) => claimId),
    claims.map(({ orderId }) => orderId),
    claims.map(({ customerId }) => customerId),
    claims.map(({ status }) => status),
    claims.map(({ verification }) => verification.state),
    claims.map(({ assignee }) => assignee),
    claims.map(({ version }) => version),
    claims.map(({ openedAt }) => openedAt),
    claims.map(({ changedAt }) => changedAt),
  );
