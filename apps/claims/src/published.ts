import type { Outgoing } from '@comptoir/contracts';
import { CLAIM_TREATMENT, ClaimRefundFailed, ClaimSettled, REFUND, RefundRequested } from '@comptoir/contracts/claims';
import { v7 as uuidv7 } from 'uuid';
import { CLAIM_EVENTS, type ClaimEvent, type ClaimHappened } from './claim';

const TYPES = new Map<string, ClaimEvent>(CLAIM_EVENTS.map((type) => [type.name, type]));
/** Events of one attempt to give money back; the others are between people. */
const OF_A_REFUND = new Set<string>([RefundRequested, ClaimSettled, ClaimRefundFailed].map(({ name }) => name));

/**
 * A decision's events with their ids and conversations: each event of it is caused by the one before, the first by what the
 * claim was told.
 */
export function addressed(events: readonly Outgoing<ClaimEvent>[], causationId: string | undefined): readonly Outgoing<ClaimEvent>[] {
  let cause = causationId;
  return events.map((event) => {
    const { claimId } = event.body;
    const correlationId = OF_A_REFUND.has(event.type.name) && 'refundId' in event.body ? event.body.refundId : claimId;
    const id = uuidv7();
    const options = { id, correlationId, causationId: cause };
    cause = id;
    return { ...event, options };
  });
}

/** What was stored, as it is told: the same event, under the same id. */
export function published({ type, data, id, metadata }: ClaimHappened): Outgoing<ClaimEvent> {
  const { correlationId, causationId, tenant } = metadata;
  const flow = OF_A_REFUND.has(type) ? REFUND : CLAIM_TREATMENT;
  return { type: TYPES.get(type), body: data, options: { id, correlationId, causationId, tenant, flow } } as Outgoing<ClaimEvent>;
}
