import { Controller, Get, Query, UseGuards } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { Money } from '@comptoir/contracts';
import { Id } from '@comptoir/contracts/id';
import { CustomerId } from '@comptoir/contracts/orders';
import { Instant } from '@comptoir/contracts/time';
import { pageOf, PageQuery } from '@comptoir/platform';
import { createZodDto } from 'nestjs-zod';
import { z } from 'zod';
import { ApiOnly } from '../projections/providers';
import { Conditions, liveOf } from '../rows/conditions';
import { money, placeKey, placeOf } from '../rows/pages';
import { Reads } from '../rows/reads';
import { REFUND_STATUSES, type RefundRow } from './refunds-view';

const Status = z.enum(REFUND_STATUSES);
const time = z.iso.datetime().nullable();
class RefundQuery extends createZodDto(
  PageQuery.extend({
    status: Status.optional(),
    orderId: Id.optional(),
    claimId: Id.optional(),
    customerId: CustomerId.optional(),
    from: Instant.optional().meta({ description: 'First heard of then or later' }),
    to: Instant.optional(),
  }),
) {}
class RefundPage extends createZodDto(
  z.object({
    items: z.array(
      z.object({
        refundId: z.uuid(),
        claimId: z.uuid(),
        orderId: z.uuid().nullable(),
        customerId: z.string().nullable(),
        status: Status,
        requested: Money.nullable(),
        amount: Money.nullable().meta({ description: 'What payments worked out' }),
        reason: z.string().nullable(),
        firstAt: z.iso.datetime(),
        requestedAt: time,
        heldAt: time,
        returnedAt: time,
        issuedAt: time,
        refusedAt: time,
        settledAt: time,
        failedAt: time,
      }),
    ),
    next: z.string().nullable(),
  }),
) {}

type Shown = Omit<RefundRow, 'reasons'>;
const SORT = '-firstAt';

@ApiTags('refunds')
@Controller('refunds')
@UseGuards(ApiOnly)
export class RefundsController {
  constructor(private readonly reads: Reads) {}

  @Get()
  @ApiOperation({ summary: 'Refunds, and how far they have come, the latest first' })
  @ApiOkResponse({ type: RefundPage })
  async list(@Query() { limit, after, status, orderId, claimId, customerId, from, to }: RefundQuery) {
    const place = placeOf(after, SORT);
    const where = new Conditions()
      .add(`generation = ${liveOf('refunds')}`)
      .when(status, (value) => `status = ${value}`)
      .when(orderId, (value) => `order_id = ${value}::uuid`)
      .when(claimId, (value) => `claim_id = ${value}::uuid`)
      .when(customerId, (value) => `customer_id = ${value}`)
      .when(from, (value) => `first_at >= ${value}::timestamptz`)
      .when(to, (value) => `first_at < ${value}::timestamptz`);
    if (place) where.add(`(first_at, refund_id) < (${where.value(place.time)}::timestamptz, ${where.value(place.id)}::uuid)`);
    const rows = await this.reads.query<Shown>(
      `SELECT refund_id AS "refundId", claim_id AS "claimId", order_id AS "orderId", customer_id AS "customerId", status, requested,
         amount, currency, reason, first_at AS "firstAt", requested_at AS "requestedAt", held_at AS "heldAt",
         returned_at AS "returnedAt", issued_at AS "issuedAt", refused_at AS "refusedAt", settled_at AS "settledAt",
         failed_at AS "failedAt"
       FROM views.refund WHERE ${where} ORDER BY first_at DESC, refund_id DESC LIMIT ${where.value(limit + 1)}`,
      where.values,
    );
    const { items, next } = pageOf(rows, limit, ({ firstAt, refundId }) => placeKey(SORT, { time: firstAt, id: refundId }));
    return { items: items.map(viewOf), next };
  }
}

const viewOf = ({ requested, amount, currency, ...refund }: Shown) => ({
  ...refund,
  requested: money(requested, currency),
  amount: money(amount, currency),
});
