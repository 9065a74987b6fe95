import { statement } from '@comptoir/messaging';

/** The number of open orders, counted no further than the limit; an index holds only them. (limit int) */
export const countOpenOrders = statement<{ readonly open: number }>(
  'count-open-orders',
  `SELECT count(*)::int AS open
   FROM (SELECT FROM orders.customer_order WHERE status = 'PENDING' LIMIT $1) AS pending`,
);
