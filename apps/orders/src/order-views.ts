import { Money } from '@comptoir/contracts';
import { PricedLine } from '@comptoir/contracts/carts';
import { Id } from '@comptoir/contracts/id';
import { Coordination, Country, CustomerId, PaymentToken, Store } from '@comptoir/contracts/orders';
import { PageQuery } from '@comptoir/platform';
import { createZodDto } from 'nestjs-zod';
import { z } from 'zod';
import type { Order } from './generated/prisma/client';
import type { Ended } from './order';

const Status = z.enum(['PENDING', 'COMPLETED', 'CANCELLED']);
const Links = z.object({ self: z.string().meta({ example: '/orders/01936f1e-7f44-7d3e-9c2b-3f2a1b4c5d6e' }) });

export class NewOrder extends createZodDto(
  z.strictObject({
    cartId: Id,
    customerId: CustomerId.meta({ example: 'C-17850' }),
    payment: z.strictObject({
      token: PaymentToken.meta({
        description:
          'The simulated gateway knows tok_approve, tok_decline, tok_decline_<reason>, tok_timeout, tok_late, tok_slow_<ms>',
        example: 'tok_approve',
      }),
    }),
    store: Store.optional().meta({ description: 'Where it is sold', example: 'web' }),
    country: Country.optional().meta({ description: 'Where it goes to', example: 'France' }),
    coordination: Coordination.optional().meta({
      description: 'Who leads it to its end: the orchestrator (default), or the services by reacting to each other',
    }),
  }),
) {}

/** What POST /orders answers: the order's state so far, or its end. */
export class PlacedOrder extends createZodDto(
  z.object({
    orderId: z.uuid(),
    status: Status,
    reason: z.string().nullable().meta({ description: 'Why it was cancelled' }),
    total: Money.nullable(),
    links: Links,
  }),
) {}

export class OrderView extends createZodDto(
  z.object({
    orderId: z.uuid(),
    cartId: z.uuid(),
    customerId: z.string(),
    store: z.string().nullable(),
    country: z.string().nullable(),
    coordination: Coordination,
    status: Status,
    lines: z.array(PricedLine).nullable().meta({ description: 'Once it is completed' }),
    total: Money.nullable(),
    reason: z.string().nullable(),
    placedAt: z.iso.datetime(),
    endedAt: z.iso.datetime().nullable(),
    links: Links,
  }),
) {}

export class OrderPage extends createZodDto(z.object({ items: z.array(OrderView.schema), next: z.string().nullable() })) {}

export class OrderQuery extends createZodDto(
  PageQuery.extend({ customerId: CustomerId.optional(), status: Status.optional() }),
) {}

export class OrderParam extends createZodDto(z.object({ orderId: Id })) {}

const links = (orderId: string) => ({ self: `/orders/${orderId}` });

export const pendingOrder = (orderId: string) => ({
  orderId,
  status: 'PENDING' as const,
  reason: null,
  total: null,
  links: links(orderId),
});

export const endedOrder = (ended: Ended) => ({ ...ended, links: links(ended.orderId) });

export const orderView = ({ total, currency, deadline: _deadline, refusal: _refusal, ...order }: Order) => ({
  ...order,
  total: total === null || currency === null ? null : { amount: Number(total), currency },
  links: links(order.orderId),
});
