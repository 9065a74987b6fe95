import type { Client } from 'pg';
import { DATABASE_NAMES, type DatabaseName } from '../../prisma/databases';
import { REFUND_CHECKS } from './refund-checks';
import type { SqlCheck } from './sql-check';
import type { Violations } from './violation';


/** Units by SKU in reservations of a state, as lines of JSON, against columns of the stock. */
const unitsMatch = (table: string, where: string, ...columns: readonly string[]): string => `
  SELECT format('%s: %s units in ${table}, stock.${columns.join(' + ')} is %s', sku, coalesce(units, 0), ${summed(columns)}) AS example
  FROM (
    SELECT line ->> 'sku' COLLATE "C" AS sku, sum((line ->> 'quantity')::bigint) AS units
    FROM ${table} t, json_array_elements(t.lines) AS line WHERE ${where} GROUP BY 1
  ) AS t FULL JOIN inventory.stock s USING (sku)
  WHERE coalesce(units, 0) <> ${summed(columns)} ORDER BY sku`;
const summed = (columns: readonly string[]) => columns.map((column) => `coalesce(s.${column}, 0)`).join(' + ');

export const SQL_CHECKS: readonly SqlCheck[] = [
  ...REFUND_CHECKS,
  {
    database: 'inventory',
    invariant: 'stock-conserved',
    text: `
      SELECT format('%s: opening %s + received %s <> available %s + reserved %s + sold %s',
        sku, opening, received, available, reserved, sold) AS example
      FROM inventory.stock WHERE opening + received <> available + reserved + sold ORDER BY sku`,
  },
  {
    database: 'inventory',
    invariant: 'nothing-negative',
    text: `
      SELECT format('%s: opening %s, received %s, available %s, reserved %s, sold %s, returned %s',
        sku, opening, received, available, reserved, sold, returned) AS example
      FROM inventory.stock WHERE least(opening, received, available, reserved, sold, returned) < 0 ORDER BY sku`,
  },
  {
    database: 'inventory',
    invariant: 'reservations-match-stock',
    text: unitsMatch('inventory.reservation', `t.state = 'reserved'`, 'reserved'),
  },
  {
    database: 'inventory',
    invariant: 'reservations-match-stock',
    // What came back from a sale counts as sold no longer.
    text: unitsMatch('inventory.reservation', `t.state = 'sold'`, 'sold', 'returned'),
  },
  { database: 'inventory', invariant: 'receipts-match-stock', text: unitsMatch('inventory.receipt', 'true', 'received') },
  {
    database: 'payments',
    invariant: 'nothing-negative',
    text: `
      SELECT format('payment %s: captured %s, refunded %s, held %s', order_id, captured, refunded, held) AS example
      FROM payments.payment WHERE captured < 0 OR refunded < 0 OR held < 0 OR refunded > captured ORDER BY order_id`,
  },
  {
    database: 'payments',
    invariant: 'captured-once',
    text: `
      SELECT format('order %s: %s payments', order_id, count(*)) AS example
      FROM payments.payment WHERE captured > 0 GROUP BY order_id HAVING count(*) > 1 ORDER BY order_id`,
  },
  {
    database: 'payments',
    invariant: 'gateway-matches-payments',
    // The gateway knows a payment by its idempotency key, the order's id.
    text: `
      SELECT format('order %s: the gateway has %s captured and %s refunded, payments %s and %s', order_id,
        coalesce(g.captured, 0), coalesce(g.refunded, 0), coalesce(p.captured, 0), coalesce(p.refunded, 0)) AS example
      FROM (
        SELECT key AS order_id,
          CASE WHEN status IN ('captured', 'refunded') THEN amount ELSE 0 END AS captured,
          refunded, currency
        FROM gateway.charge
      ) AS g FULL JOIN (
        SELECT order_id::text COLLATE "C" AS order_id, sum(captured) AS captured, sum(refunded) AS refunded, max(currency) AS currency
        FROM payments.payment GROUP BY 1
      ) AS p USING (order_id)
      WHERE coalesce(g.captured, 0) <> coalesce(p.captured, 0) OR coalesce(g.refunded, 0) <> coalesce(p.refunded, 0)
        OR (coalesce(g.captured, 0) > 0 AND g.currency IS DISTINCT FROM p.currency)
      ORDER BY order_id`,
  },
  {
    database: 'orders',
    invariant: 'nothing-negative',
    text: `SELECT format('order %s: total %s', order_id, total) AS example FROM orders.customer_order WHERE total < 0 ORDER BY order_id`,
  },
  {
    database: 'claims',
    invariant: 'claims-as-kept',
    // What is appended is told, all of it and nothing else: both count the same versions. Lists show the last of them.
    text: `
      SELECT format('%s: %s events kept, %s told, the row is at %s', stream, coalesce(kept, 0), coalesce(told, 0), coalesce(row, 0)) AS example
      FROM (SELECT stream COLLATE "C" AS stream, max(version) AS kept FROM event_store.event GROUP BY 1) AS e
      FULL JOIN (SELECT stream COLLATE "C" AS stream, version AS told FROM messaging.stream) AS s USING (stream)
      FULL JOIN (SELECT ('claim-' || claim_id) COLLATE "C" AS stream, version AS row FROM claims.claim) AS c USING (stream)
      WHERE kept IS DISTINCT FROM told OR kept IS DISTINCT FROM row ORDER BY stream`,
  },
  {
    database: 'claims',
    invariant: 'no-refund-under-way',
    text: `
      SELECT format('claim %s: %s, refund %s', claim_id, coalesce(status, 'none'), coalesce(refund_id::text, 'not waited for')) AS example
      FROM (SELECT claim_id, status FROM claims.claim WHERE status = 'APPROVED') AS c FULL JOIN claims.open_refund r USING (claim_id)
      ORDER BY claim_id`,
  },
  ...DATABASE_NAMES.flatMap((database): SqlCheck[] => [
    {
      database,
      invariant: 'outbox-empty',
      text: `SELECT format('${database}: %s %s', type, id) AS example FROM messaging.outbox ORDER BY id`,
    },
    {
      database,
      invariant: 'no-attempts-left',
      text: `
        SELECT format('${database}: message %s at %s, attempt %s', message_id, consumer, attempts) AS example
        FROM messaging.attempt ORDER BY message_id`,
    },
  ]),
];

/** Runs the database's checks; the database counts, and hands over a few examples. */
export async function runSqlChecks(database: DatabaseName, client: Client, violations: Violations): Promise<void> {
  for (const check of SQL_CHECKS.filter((each) => each.database === database)) {
    const { rows } = await client.query<{ example: string; count: string }>(
      `SELECT example, count(*) OVER () AS count FROM (${check.text}) AS violation LIMIT 5`,
    );
    rows.forEach(({ example, count }, index) =>
      violations.add(check.invariant, example, index === 0 ? Number(count) - rows.length + 1 : 1),
    );
  }
}
