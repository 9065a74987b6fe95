import type { DatabaseUrls } from '../invariants';
import { withClient } from '../migrations/sql';
import { table } from '../table';

/** Minor units, of all orders and claims there are. */
export interface Money {
  readonly captured: bigint;
  readonly refunded: bigint;
  readonly completed: bigint;
  readonly returned: bigint;
}

type Books = Pick<DatabaseUrls, 'payments' | 'orders' | 'claims'>;

/** What payments did with the money, beside what orders and claims say it should have done: each from its own books. */
export async function moneyOf(databases: Books): Promise<Money> {
  const [paid, completed, returned] = await Promise.all([
    row(databases.payments, 'SELECT coalesce(sum(captured), 0)::text AS captured, coalesce(sum(refunded), 0)::text AS refunded FROM payments.payment'),
    row(databases.orders, `SELECT coalesce(sum(total), 0)::text AS completed FROM orders.customer_order WHERE status = 'COMPLETED'`),
    row(
      databases.claims,
      `SELECT coalesce(sum((data->'amount'->>'amount')::bigint), 0)::text AS returned FROM event_store.event WHERE type = 'claims.claim-settled'`,
    ),
  ]);
  const amount = (text: string | undefined) => BigInt(text ?? 0);
  return {
    captured: amount(paid['captured']),
    refunded: amount(paid['refunded']),
    completed: amount(completed['completed']),
    returned: amount(returned['returned']),
  };
}

/** Captured minus refunded is what was sold minus what was returned. */
export const addsUp = ({ captured, refunded, completed, returned }: Money) => captured - refunded === completed - returned;

export function moneyTable({ captured, refunded, completed, returned }: Money): string {
  const pounds = (amount: bigint) => `${amount / 100n}.${String(amount % 100n).padStart(2, '0')}`;
  return table([
    ['money', 'amount', 'whose books'],
    ['captured', pounds(captured), 'payments'],
    ['- refunded', pounds(refunded), 'payments'],
    ['= kept', pounds(captured - refunded), ''],
    ['completed', pounds(completed), 'orders'],
    ['- returned', pounds(returned), 'claims'],
    ['= sold', pounds(completed - returned), ''],
  ]);
}

const row = (url: string, sql: string): Promise<Record<string, string | undefined>> =>
  withClient(url, async (client) => (await client.query<Record<string, string>>(sql)).rows[0] ?? {});
