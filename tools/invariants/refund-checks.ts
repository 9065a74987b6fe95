import type { SqlCheck } from './sql-check';

/** What payments, its gateway and inventory can tell of refunds, each alone. */
export const REFUND_CHECKS: readonly SqlCheck[] = [
  {
    database: 'inventory',
    invariant: 'returns-match-stock',
    text: `
      SELECT format('%s: %s units are back by the books of the orders, stock.returned is %s', sku, coalesce(units, 0), coalesce(s.returned, 0)) AS example
      FROM (SELECT sku, sum(returned + kept) AS units FROM inventory.returned_goods GROUP BY sku) AS g
      FULL JOIN inventory.stock s USING (sku)
      WHERE coalesce(units, 0) <> coalesce(s.returned, 0) ORDER BY sku`,
  },
  {
    database: 'inventory',
    invariant: 'returns-match-stock',
    text: `
      SELECT format('order %s, %s: %s units by its returns, %s in its book', order_id, sku, coalesce(units, 0), coalesce(g.returned, 0)) AS example
      FROM (
        SELECT order_id, line ->> 'sku' COLLATE "C" AS sku, sum((line ->> 'quantity')::bigint) AS units
        FROM inventory.goods_return r, json_array_elements(r.lines) AS line WHERE r.state = 'returned' GROUP BY 1, 2
      ) AS r FULL JOIN inventory.returned_goods g USING (order_id, sku)
      WHERE coalesce(units, 0) <> coalesce(g.returned, 0) ORDER BY order_id, sku`,
  },
  {
    database: 'inventory',
    invariant: 'returned-were-sold',
    text: `
      SELECT format('order %s, %s: %s units are back, %s were sold', order_id, sku, g.returned + g.kept, coalesce(units, 0)) AS example
      FROM inventory.returned_goods g LEFT JOIN (
        SELECT order_id, line ->> 'sku' COLLATE "C" AS sku, sum((line ->> 'quantity')::bigint) AS units
        FROM inventory.reservation r, json_array_elements(r.lines) AS line
        WHERE r.state = 'sold' AND r.order_id IN (SELECT order_id FROM inventory.returned_goods) GROUP BY 1, 2
      ) AS r USING (order_id, sku)
      WHERE g.returned + g.kept > coalesce(units, 0) ORDER BY order_id, sku`,
  },
  {
    database: 'payments',
    invariant: 'refunds-within-captured',
    // Of a payment that was given back whole, what its refunds had paid before is part of it.
    text: `
      SELECT format('order %s: %s captured, %s paid out to refunds, %s given back', order_id,
        coalesce(p.captured, 0), r.issued, coalesce(p.refunded, 0)) AS example
      FROM (SELECT order_id, sum(amount) AS issued FROM payments.refund WHERE state = 'issued' GROUP BY order_id) AS r
      LEFT JOIN (
        SELECT order_id, sum(captured) AS captured, sum(refunded) AS refunded, bool_and(state = 'captured') AS captured_only
        FROM payments.payment GROUP BY order_id
      ) AS p USING (order_id)
      WHERE r.issued > coalesce(p.captured, 0) OR r.issued > coalesce(p.refunded, 0) OR (p.captured_only AND r.issued <> p.refunded)
      ORDER BY order_id`,
  },
  {
    database: 'payments',
    invariant: 'refunds-within-captured',
    text: `
      SELECT format('order %s: %s given back, none of it to a refund', order_id, refunded) AS example
      FROM payments.payment p WHERE state = 'captured' AND refunded > 0
        AND NOT EXISTS (SELECT FROM payments.refund r WHERE r.order_id = p.order_id AND r.state = 'issued') ORDER BY order_id`,
  },
  {
    database: 'payments',
    invariant: 'every-refund-one-end',
    text: `SELECT format('order %s: %s held for refunds', order_id, held) AS example FROM payments.payment WHERE held <> 0 ORDER BY order_id`,
  },
  {
    database: 'payments',
    invariant: 'refunds-match-gateway',
    // The gateway knows a refund by its idempotency key, the refund's id.
    text: `
      SELECT format('refund %s: payments has paid out %s, the gateway %s', key, coalesce(p.amount, 0), coalesce(g.amount, 0)) AS example
      FROM (SELECT refund_id::text COLLATE "C" AS key, order_id::text AS charge_key, amount, currency FROM payments.refund WHERE state = 'issued') AS p
      FULL JOIN (SELECT key, charge_key, amount, currency FROM gateway.refund WHERE status = 'paid') AS g USING (key)
      WHERE (p.amount, p.currency, p.charge_key) IS DISTINCT FROM (g.amount, g.currency, g.charge_key) ORDER BY key`,
  },
  {
    database: 'payments',
    invariant: 'refunds-match-gateway',
    text: `
      SELECT format('charge %s: %s given back of %s, in parts %s', c.key, c.refunded, c.amount, coalesce(r.paid, 0)) AS example
      FROM gateway.charge c
      LEFT JOIN (SELECT charge_key, sum(amount) AS paid FROM gateway.refund WHERE status = 'paid' GROUP BY charge_key) AS r ON r.charge_key = c.key
      WHERE c.refunded > c.amount OR coalesce(r.paid, 0) > c.refunded OR (c.status = 'captured' AND coalesce(r.paid, 0) <> c.refunded)
      ORDER BY c.key`,
  },
];
