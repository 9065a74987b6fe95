import type { Outgoing } from '@comptoir/contracts';
import { postgresEventStore, repository, type Decide, type EventMetadata } from '@comptoir/event-store';
import type { SqlTransaction } from '@comptoir/messaging';
import { claim, type Claim, type ClaimEvent, type FiledClaim } from './claim';
import { addressed, published } from './published';
import { ClaimRefused, type RefusalCode } from './refusal';
import { saveRows } from './rows';

export const claims = repository(claim, postgresEventStore);

/** What somebody wants of a claim. */
export interface Act {
  readonly claimId: string;
  readonly decide: Decide<Claim, ClaimEvent>;
  /** The versions the caller takes the claim to be at; none: whatever it is. */
  readonly expected?: readonly number[];
  readonly metadata?: EventMetadata;
}

export interface Refusal {
  readonly code: RefusalCode;
  readonly detail: string;
  readonly data: Readonly<Record<string, unknown>>;
}

/** What became of it: the claim as it is now with what is to be told, or why nothing happened. */
export type Acted =
  | { readonly outcome: 'done'; readonly claim: FiledClaim; readonly messages: readonly Outgoing<ClaimEvent>[] }
  | { readonly outcome: 'refused'; readonly refusal: Refusal };

/**
 * Decides a batch, appends what happened, and writes the rows that follow from it. What it returns must go out with the
 * transaction, all of it and in this order: then an event's version on the wire is its version in the store. The append is
 * the last thing that it waits for.
 */
export async function act(tx: SqlTransaction, acts: readonly Act[]): Promise<readonly Acted[]> {
  const refusals = new Map<number, Refusal>();
  const handled = await claims.handleAll(
    tx,
    acts.map(({ claimId, decide, expected, metadata }, index) => ({
      id: claimId,
      metadata,
      decide: (state) => {
        try {
          checkVersion(state, expected);
          return addressed([decide(state)].flat(), metadata?.causationId);
        } catch (error) {
          if (!(error instanceof ClaimRefused)) throw error;
          refusals.set(index, { code: error.code, detail: error.message, data: error.data });
          return [];
        }
      },
    })),
  );
  saveRows(tx, handled);
  return handled.map(({ state, events }, index): Acted => {
    const refusal = refusals.get(index) ?? (state.status === 'NONE' ? NOT_FOUND : undefined);
    if (refusal) return { outcome: 'refused', refusal };
    return { outcome: 'done', claim: state as FiledClaim, messages: events.map(published) };
  });
}

const NOT_FOUND: Refusal = { code: 'claim-not-found', detail: 'There is no such claim', data: {} };

function checkVersion(claim: Claim, expected: readonly number[] | undefined): void {
  if (claim.status === 'NONE' || !expected || expected.includes(claim.version)) return;
  const { version } = claim;
  throw new ClaimRefused('version-mismatch', `The claim is at version ${version} by now`, { version });
}
