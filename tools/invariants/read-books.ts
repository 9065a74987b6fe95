import type { Client } from 'pg';
import { ORDER_FULFILMENT } from '@comptoir/contracts/orders';
import type { Entry, EntryOf } from './merge';
import type { CartEntry, OrderEntry, PaymentEntry, ReservationEntry, SagaEntry } from './order-books';
import type { GoodsReturnEntry, RefundEntry } from './refund-books';

const PAGE = 5_000;
const BEFORE_ALL = '00000000-0000-0000-0000-000000000000';

/** Reads a table by pages in order of `order_id`. `$1` is the id to start after, `$2` how many. */
const pages = <E extends Entry>(client: Client, text: string, ...values: readonly string[]) => pagesBy<'orderId', E>('orderId', client, text, ...values);

async function* pagesBy<Key extends string, E extends EntryOf<Key>>(key: Key, client: Client, text: string, ...values: readonly string[]): AsyncGenerator<E> {
  for (let after = BEFORE_ALL; ; ) {
    const { rows } = await client.query<E>(text, [after, PAGE, ...values]);
    yield* rows;
    const last = rows.at(-1);
    if (!last || rows.length < PAGE) return;
    after = last[key];
  }
}

const amount = (text: string | null) => (text === null ? null : BigInt(text));

export async function* ordersOf(client: Client): AsyncGenerator<OrderEntry> {
  type Row = Omit<OrderEntry, 'total'> & { total: string | null };
  for await (const row of pages<Row>(
    client,
    `SELECT order_id::text AS "orderId", status, coordination, total, currency
     FROM orders.customer_order WHERE order_id > $1 ORDER BY order_id LIMIT $2`,
  ))
    yield { ...row, total: amount(row.total) };
}

/** Summed, for the case that a database without its constraints has an order twice. */
export async function* paymentsOf(client: Client): AsyncGenerator<PaymentEntry> {
  type Row = Omit<PaymentEntry, 'captured' | 'refunded' | 'issued'> & { captured: string; refunded: string; issued: string };
  for await (const row of pages<Row>(
    client,
    `SELECT order_id::text AS "orderId", sum(captured) AS captured, sum(refunded) AS refunded, max(currency) AS currency,
       (SELECT coalesce(sum(r.amount), 0) FROM payments.refund r WHERE r.order_id = payment.order_id AND r.state = 'issued') AS issued
     FROM payments.payment WHERE order_id > $1 GROUP BY order_id ORDER BY payment.order_id LIMIT $2`,
  ))
    yield { ...row, captured: BigInt(row.captured), refunded: BigInt(row.refunded), issued: BigInt(row.issued) };
}

export const reservationsOf = (client: Client): AsyncGenerator<ReservationEntry> =>
  pages(
    client,
    `SELECT order_id::text AS "orderId", state FROM inventory.reservation WHERE order_id > $1 ORDER BY order_id LIMIT $2`,
  );

export const cartsOf = (client: Client): AsyncGenerator<CartEntry> =>
  pages(client, `SELECT order_id::text AS "orderId", state FROM carts.validation WHERE order_id > $1 ORDER BY order_id LIMIT $2`);

/** An order's saga has the order's id as its conversation. More than one is told as `completed and running`. */
export const sagasOf = (client: Client): AsyncGenerator<SagaEntry> =>
  pages(
    client,
    `SELECT conversation AS "orderId", string_agg(status, ' and ') AS status FROM saga.instance
     WHERE type = $3 AND conversation > $1 GROUP BY conversation ORDER BY conversation LIMIT $2`,
    ORDER_FULFILMENT,
  );

export const refundsOf = (client: Client): AsyncGenerator<RefundEntry> =>
  pagesBy(
    'refundId',
    client,
    `SELECT refund_id::text AS "refundId", order_id::text AS "orderId", state
     FROM payments.refund WHERE refund_id > $1 ORDER BY payments.refund.refund_id LIMIT $2`,
  );

export const returnsOf = (client: Client): AsyncGenerator<GoodsReturnEntry> =>
  pagesBy(
    'refundId',
    client,
    `SELECT refund_id::text AS "refundId", order_id::text AS "orderId", state
     FROM inventory.goods_return WHERE refund_id > $1 ORDER BY inventory.goods_return.refund_id LIMIT $2`,
  );
