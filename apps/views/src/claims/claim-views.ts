import { Money } from '@comptoir/contracts';
import { ClaimLine, ClaimReason } from '@comptoir/contracts/claims';
import { Id } from '@comptoir/contracts/id';
import { CustomerId } from '@comptoir/contracts/orders';
import { Day, Instant } from '@comptoir/contracts/time';
import { PageQuery } from '@comptoir/platform';
import { createZodDto } from 'nestjs-zod';
import { z } from 'zod';
import { money } from '../rows/pages';
import { CLAIM_STATUSES, VERIFICATIONS, type ClaimRow } from './claim-row';

const Status = z.enum(CLAIM_STATUSES);
const words = z.string().max(200).regex(/^[^\0]*$/, 'must not contain control characters');

export const SORTS = ['openedAt', '-openedAt', 'updatedAt', '-updatedAt'] as const;

export class SearchQuery extends createZodDto(
  PageQuery.extend({
    q: words.transform((text) => (text.trim() === '' ? undefined : text)).optional().meta({ description: 'Words of description, reason or customer; "quoted", -without, or', example: 'broken lid' }),
    status: Status.optional(),
    assignee: words.optional(),
    reason: ClaimReason.optional(),
    verified: z.enum(['true', 'false']).optional().meta({ description: 'Compared with its order, and all is well' }),
    orderId: Id.optional(),
    customerId: CustomerId.optional(),
    from: Instant.optional().meta({ description: 'Opened then or later' }),
    to: Instant.optional().meta({ description: 'Opened before' }),
    sort: z.enum(SORTS).default('-openedAt'),
  }),
) {}

export class BoardQuery extends createZodDto(
  z.object({
    assignee: words.optional(),
    limit: z.coerce.number().int().min(0).max(100).default(20).meta({ description: 'At most so many claims of each column' }),
  }),
) {}

export class PeriodQuery extends createZodDto(
  z.object({
    from: Day.optional().meta({ description: 'The first day, UTC' }),
    to: Day.optional().meta({ description: 'The last day, UTC' }),
  }),
) {}

const Claim = z.object({
  claimId: z.uuid(),
  orderId: z.uuid(),
  customerId: z.string(),
  reason: z.string(),
  description: z.string(),
  lines: z.array(ClaimLine),
  status: Status,
  assignee: z.string().nullable(),
  verification: z.enum(VERIFICATIONS),
  verificationDetail: z.string().nullable(),
  resolution: z.string().nullable().meta({ description: 'Why it was rejected, or its refund failed' }),
  refund: z.object({ refundId: z.uuid(), state: z.string(), amount: Money.nullable() }).nullable(),
  openedAt: z.iso.datetime(),
  resolvedAt: z.iso.datetime().nullable(),
  settledAt: z.iso.datetime().nullable(),
  updatedAt: z.iso.datetime(),
});
export class ClaimPage extends createZodDto(z.object({ items: z.array(Claim), next: z.string().nullable() })) {}
export class ClaimBoard extends createZodDto(
  z.object({ columns: z.array(z.object({ status: Status, count: z.int(), items: z.array(Claim) })) }),
) {}

export class ClaimStats extends createZodDto(
  z.object({
    claims: z.int(),
    byStatus: z.record(z.string(), z.int()),
    byReason: z.record(z.string(), z.int()),
    resolution: z.object({
      resolved: z.int(),
      averageSeconds: z.number().nullable().meta({ description: 'From being opened to being resolved for the first time' }),
      within: z.array(z.object({ seconds: z.int().nullable(), claims: z.int() })).meta({ description: 'null: longer' }),
    }),
    refunds: z.array(z.object({ state: z.string(), claims: z.int(), amount: Money.nullable() })),
  }),
) {}

/** What of a claim is shown. */
export type ShownClaim = Omit<ClaimRow, 'versions'>;

export const CLAIM_COLUMNS = `claim_id AS "claimId", order_id AS "orderId", customer_id AS "customerId", reason, description, lines, status,
  assignee, verification, verification_detail AS "verificationDetail", resolution, refund_id AS "refundId",
  refund_amount AS "refundAmount", refund_currency AS "refundCurrency", refund_state AS "refundState", opened_at AS "openedAt",
  resolved_at AS "resolvedAt", settled_at AS "settledAt", updated_at AS "updatedAt"`;

export const claimView = ({ refundId, refundAmount, refundCurrency, refundState, ...claim }: ShownClaim) => ({
  ...claim,
  refund: refundId && refundState ? { refundId, state: refundState, amount: money(refundAmount, refundCurrency) } : null,
});
