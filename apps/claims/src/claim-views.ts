import { Money } from '@comptoir/contracts';
import { ClaimLine, ClaimReason, OrderContext, RefundLine } from '@comptoir/contracts/claims';
import type { StoredEvent } from '@comptoir/event-store';
import { createZodDto } from 'nestjs-zod';
import { z } from 'zod';
import { CLAIM_STATUSES, type FiledClaim } from './claim';
import type { Claim as ClaimRow } from './generated/prisma/client';
import type { Standing } from './reply';

const Status = z.enum(CLAIM_STATUSES);
const VerificationState = z.enum(['unverified', 'verified', 'failed']);
const Links = z.object({ self: z.string(), events: z.string() });

/** What a command answers; its version is the ETag for the next one. */
export class StandingView extends createZodDto(
  z.object({
    claimId: z.uuid(),
    version: z.int(),
    status: Status,
    verification: VerificationState,
    refundId: z.uuid().nullable().meta({ description: 'The conversation of the last refund' }),
    links: Links,
  }),
) {}

export class ClaimView extends createZodDto(
  z.object({
    claimId: z.uuid(),
    version: z.int(),
    status: Status,
    orderId: z.uuid(),
    customerId: z.string(),
    reason: ClaimReason,
    description: z.string(),
    lines: z.array(ClaimLine),
    verification: z.object({
      state: VerificationState.meta({ description: 'unverified: orders could not be asked yet; that is tried again by itself' }),
      order: OrderContext.nullable().meta({ description: 'As orders knew it then' }),
      reason: z.string().nullable(),
      detail: z.string().nullable(),
    }),
    assignee: z.string().nullable(),
    refunds: z.array(
      z.object({
        refundId: z.uuid(),
        state: z.enum(['requested', 'issued', 'failed']),
        lines: z.array(RefundLine),
        total: Money,
        reason: z.string().nullable(),
      }),
    ),
    rejection: z.string().nullable(),
    openedAt: z.iso.datetime(),
    changedAt: z.iso.datetime(),
    links: Links,
  }),
) {}

export class ClaimRowView extends createZodDto(
  z.object({
    claimId: z.uuid(),
    orderId: z.uuid(),
    customerId: z.string(),
    status: Status,
    verification: VerificationState,
    assignee: z.string().nullable(),
    version: z.int(),
    openedAt: z.iso.datetime(),
    changedAt: z.iso.datetime(),
    links: Links,
  }),
) {}
export class ClaimPage extends createZodDto(z.object({ items: z.array(ClaimRowView.schema), next: z.string().nullable() })) {}

export class ClaimEventView extends createZodDto(
  z.object({
    version: z.int(),
    id: z.uuid().meta({ description: 'Also the message id on the wire' }),
    type: z.string().meta({ example: 'claims.claim-opened' }),
    data: z.looseObject({}),
    correlationId: z.string().nullable().meta({ description: 'The conversation' }),
    causationId: z.string().nullable(),
    recordedAt: z.iso.datetime(),
  }),
) {}
export class ClaimEventPage extends createZodDto(z.object({ items: z.array(ClaimEventView.schema), next: z.string().nullable() })) {}

const linksOf = (claimId: string) => ({ self: `/claims/${claimId}`, events: `/claims/${claimId}/events` });

export const standingView = (standing: Standing) => ({ ...standing, links: linksOf(standing.claimId) });

export function claimView({ verification, ...claim }: FiledClaim) {
  const order = verification.state === 'verified' ? verification.order : null;
  const { reason, detail } = verification.state === 'failed' ? verification : { reason: null, detail: null };
  return { ...claim, verification: { state: verification.state, order, reason, detail }, links: linksOf(claim.claimId) };
}

export const rowView = (row: ClaimRow) => ({ ...row, links: linksOf(row.claimId) });

export const eventView = ({ version, id, type, data, metadata, recordedAt }: StoredEvent) => ({
  version,
  id,
  type,
  data,
  correlationId: metadata.correlationId ?? null,
  causationId: metadata.causationId ?? null,
  recordedAt,
});
