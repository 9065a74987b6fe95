import { setTimeout as delay } from 'node:timers/promises';
import { Client } from 'pg';
import { ORDER_FULFILMENT } from '@comptoir/contracts/orders';
import { DATABASE_NAMES, type DatabaseName } from '../../prisma/databases';
import { checkQueues, type BrokerToCheck } from './broker';
import { mergeBy, mergeByOrder } from './merge';
import { OrderAudit } from './order-books';
import { cartsOf, ordersOf, paymentsOf, refundsOf, reservationsOf, returnsOf, sagasOf } from './read-books';
import { checkRefund, OPEN_REFUND_STATES } from './refund-books';
import { runSqlChecks } from './sql-checks';
import { Violations, type Violation } from './violation';

interface Common {
  /** Without it only the databases are looked at. */
  readonly broker?: BrokerToCheck | undefined;
  /** How long work may still be in flight. Default 10 s; a clean answer comes as soon as it is there. */
  readonly waitMs?: number | undefined;
}

/** An administrator's URLs, of each service's database. */
export type DatabaseUrls = Readonly<Record<DatabaseName, string>>;

export interface Audit {
  /** How many orders were looked at. */
  readonly orders: number;
  /** Empty when everything holds. */
  readonly violations: readonly Violation[];
}

/**
 * Checks what must hold across all services once they are at rest. Work that is still in flight breaks nothing yet: it
 * looks again until all holds, or the time is up, and then says what does not.
 */
export async function audit(options: Common & { readonly databases: DatabaseUrls }): Promise<Audit> {
  const clients = new Map<DatabaseName, Client>();
  try {
    for (const name of DATABASE_NAMES) {
      const client = new Client({ connectionString: options.databases[name], application_name: 'invariants' });
      await client.connect();
      clients.set(name, client);
    }
    const of = (name: DatabaseName): Client => {
      const client = clients.get(name);
      if (!client) throw new TypeError(`No URL of the database ${name}`);
      return client;
    };
    return await untilClean(of, options);
  } finally {
    await Promise.all([...clients.values()].map((client) => client.end()));
  }
}

type Databases = (name: DatabaseName) => Client;

async function untilClean(of: Databases, { broker, waitMs = 10_000 }: Common): Promise<Audit> {
  const deadline = Date.now() + waitMs;
  for (let pauseMs = 50; ; pauseMs = Math.min(pauseMs * 2, 1_000)) {
    // Reading everything costs something where there are many orders: not as long as it is clear that work goes on.
    const last = Date.now() >= deadline;
    if (last || !(await isBusy(of))) {
      const result = await look(of, broker);
      if (last || result.violations.length === 0) return result;
    }
    await delay(Math.max(0, Math.min(pauseMs, deadline - Date.now())));
  }
}

async function isBusy(of: Databases): Promise<boolean> {
  const exists = async (name: DatabaseName, text: string, ...values: readonly string[]) =>
    Boolean((await of(name).query(text, [...values])).rowCount);
  if (await exists('orders', `SELECT 1 FROM orders.customer_order WHERE status = 'PENDING' LIMIT 1`)) return true;
  const open = `SELECT 1 FROM saga.instance WHERE type = $1 AND status IN ('running', 'compensating') LIMIT 1`;
  if (await exists('orchestrator', open, ORDER_FULFILMENT)) return true;
  const openRefunds = `SELECT 1 FROM payments.refund WHERE state IN (${OPEN_REFUND_STATES.map((state) => `'${state}'`).join(', ')}) LIMIT 1`;
  if (await exists('payments', openRefunds)) return true;
  for (const name of DATABASE_NAMES) if (await exists(name, 'SELECT 1 FROM messaging.outbox LIMIT 1')) return true;
  return false;
}

async function look(of: Databases, broker: BrokerToCheck | undefined): Promise<Audit> {
  const violations = new Violations();
  for (const name of DATABASE_NAMES) await runSqlChecks(name, of(name), violations);
  const books = new OrderAudit(violations);
  const pages = mergeByOrder({
    order: ordersOf(of('orders')),
    saga: sagasOf(of('orchestrator')),
    reservation: reservationsOf(of('inventory')),
    payment: paymentsOf(of('payments')),
    cart: cartsOf(of('carts')),
  });
  for await (const page of pages) books.read(page);
  books.finish();
  const refunds = mergeBy('refundId', { refund: refundsOf(of('payments')), goods: returnsOf(of('inventory')) });
  for await (const page of refunds) checkRefund(page, violations);
  if (broker) await checkQueues(broker, violations);
  return { orders: books.orders, violations: violations.list() };
}
