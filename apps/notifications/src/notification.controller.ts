import { Controller, Get, Param, Query } from '@nestjs/common';
import { ApiNotFoundResponse, ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { Id } from '@comptoir/contracts/id';
import { CustomerId } from '@comptoir/contracts/orders';
import { notFound, pageOf, PageQuery, validationProblem } from '@comptoir/platform';
import { createZodDto } from 'nestjs-zod';
import { z } from 'zod';
import { CHANNELS } from './channels/channel';
import { PrismaClient, type Notification } from './generated/prisma/client';

const State = z.enum(['pending', 'sent', 'failed']);

class NotificationView extends createZodDto(
  z.object({
    notificationId: z.uuid(),
    template: z.string(),
    cause: z.uuid().meta({ description: 'The refund or the claim' }),
    customerId: z.string(),
    channel: z.enum(CHANNELS),
    address: z.string().nullable(),
    subject: z.string(),
    text: z.string(),
    state: State,
    attempts: z.int(),
    lastError: z.string().nullable().meta({ description: 'Of the last attempt that failed; of a failed notification, why' }),
    createdAt: z.iso.datetime(),
    settledAt: z.iso.datetime().nullable(),
  }),
) {}

class NotificationParam extends createZodDto(z.object({ notificationId: Id })) {}
class NotificationQuery extends createZodDto(
  PageQuery.extend({ customerId: CustomerId.optional(), cause: Id.optional(), state: State.optional() }),
) {}
class NotificationPage extends createZodDto(z.object({ items: z.array(NotificationView.schema), next: z.string().nullable() })) {}

@ApiTags('notifications')
@Controller('notifications')
export class NotificationController {
  constructor(private readonly prisma: PrismaClient) {}

  @Get()
  @ApiOperation({ summary: 'What customers were told, or are to be told, the latest first' })
  @ApiOkResponse({ type: NotificationPage })
  async list(@Query() { limit, after, customerId, cause, state }: NotificationQuery) {
    if (after !== undefined && !z.uuid().safeParse(after).success)
      throw validationProblem([{ path: ['after'], message: 'must be the `next` of an earlier page' }]);
    const rows = await this.prisma.notification.findMany({
      take: limit + 1,
      orderBy: { notificationId: 'desc' },
      where: { customerId, causeId: cause, state, ...(after === undefined ? {} : { notificationId: { lt: after } }) },
    });
    return pageOf(rows.map(view), limit, ({ notificationId }) => notificationId);
  }

  @Get(':notificationId')
  @ApiOperation({ summary: 'One notification' })
  @ApiOkResponse({ type: NotificationView })
  @ApiNotFoundResponse({ description: 'There is no such notification' })
  async read(@Param() { notificationId }: NotificationParam) {
    const row = await this.prisma.notification.findUnique({ where: { notificationId } });
    if (!row) throw notFound('notification', notificationId);
    return view(row);
  }
}

const view = ({ causeId, leaseUntil: _lease, ...notification }: Notification) => ({ ...notification, cause: causeId });
