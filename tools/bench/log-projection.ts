import { eventTypes, type Happened, type Projection } from '@comptoir/event-store';
import { packed, statement, unpacked, type SqlTransaction } from '@comptoir/messaging';
import { LOGGED } from './log-events';

/** The read model of the measurement: a row per order. */
export const ORDER_TABLE = `CREATE SCHEMA bench CREATE TABLE orders (
  generation int, order_id uuid, customer text, status text NOT NULL, total bigint, events int NOT NULL, PRIMARY KEY (generation, order_id)
)`;

const upsert = statement(
  'bench-orders',
  `INSERT INTO bench.orders AS o (generation, order_id, customer, status, total, events)
   SELECT $1::int, * FROM unnest(${unpacked(2, 'uuid')}, ${unpacked(3, 'text')}, ${unpacked(4, 'text')}, ${unpacked(5, 'bigint')}, ${unpacked(6, 'int')})
   ON CONFLICT (generation, order_id) DO UPDATE SET customer = coalesce(excluded.customer, o.customer),
     status = CASE excluded.status WHEN 'open' THEN o.status ELSE excluded.status END, total = coalesce(excluded.total, o.total),
     events = o.events + excluded.events`,
);
const clear = statement('bench-clear', 'DELETE FROM bench.orders WHERE generation = $1::int');

interface Order {
  customer: string | undefined;
  status: 'open' | 'completed' | 'cancelled';
  total: number | undefined;
  events: number;
}

/** Every kind of event an order has, checked and folded, and the orders written by sets. */
export const orders: Projection<SqlTransaction, (typeof LOGGED)[number]> = {
  name: 'bench-orders',
  version: 1,
  events: eventTypes(...LOGGED),
  async batch(events, tx, generation) {
    const changed = new Map<string, Order>();
    for (const event of events) apply(changed, event);
    const rows = [...changed.values()];
    await upsert(
      tx,
      generation,
      packed([...changed.keys()]),
      packed(rows.map(({ customer }) => customer)),
      packed(rows.map(({ status }) => status)),
      packed(rows.map(({ total }) => total)),
      packed(rows.map((row) => row.events)),
    );
  },
  clear: async (tx, generation) => void (await clear(tx, generation)),
};

function apply(changed: Map<string, Order>, event: Happened<(typeof LOGGED)[number]>): void {
  const { orderId } = event.data;
  const order = changed.get(orderId) ?? { customer: undefined, status: 'open', total: undefined, events: 0 };
  changed.set(orderId, order);
  order.events += 1;
  if (event.type === 'orders.order-placed') order.customer = event.data.customerId;
  if (event.type === 'orders.order-cancelled') order.status = 'cancelled';
  if (event.type === 'orders.order-confirmed') Object.assign(order, { status: 'completed', total: event.data.total.amount });
}
