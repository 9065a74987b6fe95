import { event } from '@comptoir/contracts';
import { handle, service, statement } from './index';
import { z } from 'zod';

const OrderPaid = event('shop.order-paid', 1, z.object({ orderId: z.uuid(), customer: z.string(), pence: z.int() }), {
  stream: ({ orderId }) => `order-${orderId}`,
});
const PointsEarned = event('loyalty.points-earned', 1, z.object({ customer: z.string(), points: z.int() }), {
  stream: ({ customer }) => `customer-${customer}`,
});

const addPoints = statement(
  'add-points',
  `INSERT INTO account AS mine (customer, points)
   SELECT customer, sum(points) FROM unnest($1::text[], $2::int[]) AS earned (customer, points)
   GROUP BY customer ORDER BY customer COLLATE "C"
   ON CONFLICT (customer) DO UPDATE SET points = mine.points + excluded.points`,
);

export const orderPaid = handle(OrderPaid, {
  emits: [PointsEarned],
  async batch(orders, tx) {
    const earned = orders.map(({ body }) => ({ customer: body.customer, points: Math.floor(body.pence / 100) }));
    await addPoints(tx, earned.map(({ customer }) => customer), earned.map(({ points }) => points));
    return earned.map((each) => PointsEarned(each));
  },
});

export const loyalty = service({ name: 'loyalty', handlers: [orderPaid] });

export const messages = { OrderPaid, PointsEarned };
