import { freshDatabase, freshVhost, servers, type FreshDatabase, type FreshVhost } from '@comptoir/testing';
import { connect } from 'amqplib';
import { Client } from 'pg';
import { v7 as uuidv7 } from 'uuid';
import { DATABASE_NAMES, type DatabaseName } from '../../prisma/databases';
import { audit, type DatabaseUrls } from './check';

const databases = new Map<DatabaseName, FreshDatabase>();
const clients = new Map<DatabaseName, Client>();
let vhost: FreshVhost;
const queue = (name: string) => ({ name, durable: true, auto_delete: false, arguments: { 'x-queue-type': 'quorum' } });

beforeAll(async () => {
  for (const name of DATABASE_NAMES) {
    const database = await freshDatabase(name);
    const client = new Client({ connectionString: database.adminUrl });
    databases.set(name, database);
    clients.set(name, client);
    await client.connect();
  }
  vhost = await freshVhost({ queues: ['inventory.reserve-stock', 'inventory.reserve-stock.dead', 'retry.1s'].map(queue) as never });
  // What the database refuses by itself cannot break: take the constraints away, so that the checks have to see it.
  await sql('inventory', 'ALTER TABLE inventory.stock DROP CONSTRAINT stock_not_negative, DROP CONSTRAINT stock_conserved, DROP CONSTRAINT stock_returned');
  await sql('payments', 'ALTER TABLE payments.payment DROP CONSTRAINT payment_pkey, DROP CONSTRAINT payment_refund, DROP CONSTRAINT payment_settled, DROP CONSTRAINT payment_held');
  await sql('payments', 'ALTER TABLE gateway.charge DROP CONSTRAINT charge_refunded');
});
afterAll(async () => {
  await Promise.all([...clients.values()].map((client) => client.end()));
  await Promise.all([vhost, ...databases.values()].map((each) => each.drop()));
});

async function sql(name: DatabaseName, text: string, ...values: readonly unknown[]): Promise<void> {
  await clients.get(name)?.query(text, [...values]);
}

const orderId = uuidv7();

/** One completed order of 2 x 31001A at 6.25, with everything as it should be, and 10 units that came in. */
beforeEach(async () => {
  const tables: Partial<Record<DatabaseName, readonly string[]>> = {
    orders: ['orders.customer_order'],
    inventory: ['inventory.stock', 'inventory.reservation', 'inventory.receipt', 'inventory.goods_return', 'inventory.returned_goods'],
    payments: ['payments.payment', 'payments.refund', 'gateway.charge', 'gateway.refund'],
    orchestrator: ['saga.live', 'saga.ended'],
    carts: ['carts.validation'],
    claims: ['claims.claim', 'claims.open_refund', 'event_store.event', 'messaging.stream'],
  };
  for (const name of DATABASE_NAMES)
    for (const table of ['messaging.outbox', 'messaging.attempt', ...(tables[name] ?? [])]) await sql(name, `DELETE FROM ${table}`);
  await sql(
    'orders',
    `INSERT INTO orders.customer_order (order_id, cart_id, customer_id, status, lines, total, currency, ended_at)
     VALUES ($1, $1, '41001', 'COMPLETED', '[]', 1250, 'GBP', now())`,
    orderId,
  );
  await sql('inventory', `INSERT INTO inventory.stock (sku, opening, received, available, sold) VALUES ('31001A', 5, 10, 13, 2)`);
  await sql('inventory', `INSERT INTO inventory.reservation (order_id, state, lines) VALUES ($1, 'sold', '[{"sku":"31001A","quantity":2}]')`, orderId);
  await sql('claims', `INSERT INTO claims.claim VALUES ($1, $1, '41001', 'REJECTED', 'verified', 'ann', 2, now(), now())`, orderId);
  for (const version of [1, 2])
    await sql(
      'claims',
      `INSERT INTO event_store.event (position, stream, version, event_id, type, schema_version, data, metadata, occurred_at, recorded_at)
       VALUES ($1::int, $2, $1::int, gen_random_uuid(), 'claims.claim-opened', 1, '{}', '{}', now(), now())`,
      version,
      `claim-${orderId}`,
    );
  await sql('claims', `INSERT INTO messaging.stream VALUES ($1, 2)`, `claim-${orderId}`);
  await sql('inventory', `INSERT INTO inventory.receipt (receipt_id, lines) VALUES ($1, '[{"sku":"31001A","quantity":10}]')`, uuidv7());
  await sql('payments', `INSERT INTO payments.payment (order_id, payment_id, state, captured, currency) VALUES ($1, $1, 'captured', 1250, 'GBP')`, orderId);
  await sql('payments', `INSERT INTO gateway.charge (key, charge_id, status, amount, currency) VALUES ($1, $2, 'captured', 1250, 'GBP')`, orderId, orderId);
  await sql(
    'orchestrator',
    `INSERT INTO saga.ended (type, conversation, definition_version, status, label, data, progress, version, started_at, ended_at)
     VALUES ('order-fulfilment', $1, 1, 'completed', 'COMPLETED', '{}', '{}', 1, now(), now())`,
    orderId,
  );
});

async function look(options: { waitMs?: number; expectedDead?: Record<string, number> } = {}) {
  const urls = Object.fromEntries([...databases].map(([name, { adminUrl }]) => [name, adminUrl])) as DatabaseUrls;
  const { amqpUrl, managementUrl } = servers();
  const { waitMs = 0, expectedDead } = options;
  return audit({ databases: urls, broker: { amqpUrl, managementUrl, vhost: vhost.name, expectedDead }, waitMs });
}
const broken = async (options?: Parameters<typeof look>[0]) => (await look(options)).violations.map(({ invariant }) => invariant);

it('finds nothing where all is in order', async () => {
  expect(await look()).toEqual({ orders: 1, violations: [] });
});

it('finds nothing wrong with a choreographed order, which has no saga', async () => {
  await sql('orders', `UPDATE orders.customer_order SET coordination = 'choreography', deadline = now()`);
  await sql('orchestrator', 'DELETE FROM saga.ended');
  await sql('carts', `INSERT INTO carts.validation (order_id, cart_id, state, outcome) VALUES ($1, $1, 'validated', '{}')`, orderId);
  expect(await look()).toEqual({ orders: 1, violations: [] });
});

describe('finds', () => {
  it.each<[string, DatabaseName, string, readonly string[]]>([
    ['units that vanished', 'inventory', `UPDATE inventory.stock SET available = available - 1`, ['stock-conserved']],
    ['units that are owed', 'inventory', `UPDATE inventory.stock SET opening = opening - 14, available = -1`, ['nothing-negative']],
    ['reserved units nobody reserved', 'inventory', `UPDATE inventory.stock SET available = 12, reserved = 1`, ['reservations-match-stock']],
    ['sold units nobody bought', 'inventory', `UPDATE inventory.stock SET available = 12, sold = 3`, ['reservations-match-stock']],
    ['a sale of what was never in stock', 'inventory', `DELETE FROM inventory.stock`, ['reservations-match-stock', 'receipts-match-stock']],
    ['received units without a receipt', 'inventory', `DELETE FROM inventory.receipt`, ['receipts-match-stock']],
    ['a refund of more than was captured', 'payments', `UPDATE payments.payment SET refunded = 1251`,
      ['nothing-negative', 'captured-equals-completed', 'gateway-matches-payments', 'refunds-within-captured']],
    ['a capture the gateway knows nothing of', 'payments', `DELETE FROM gateway.charge`, ['gateway-matches-payments']],
    ['a capture payments knows nothing of', 'payments', `DELETE FROM payments.payment`, ['captured-equals-completed', 'gateway-matches-payments']],
    ['a refund only the gateway made', 'payments', `UPDATE gateway.charge SET status = 'refunded', refunded = amount`, ['gateway-matches-payments']],
    ['a capture of too much', 'payments', `UPDATE payments.payment SET captured = 1300`, ['captured-equals-completed', 'gateway-matches-payments']],
    ['a second capture', 'payments', `INSERT INTO payments.payment SELECT * FROM payments.payment`, ['captured-once', 'captured-equals-completed', 'gateway-matches-payments']],
    ['a choreographed order with a saga', 'orders', `UPDATE orders.customer_order SET coordination = 'choreography', deadline = now()`, ['choreographed-orders-ended']],
    ['an order without a saga', 'orchestrator', `DELETE FROM saga.ended`, ['every-order-one-ended-saga']],
    ['a saga that ended otherwise', 'orchestrator', `UPDATE saga.ended SET status = 'compensated'`, ['order-matches-saga']],
    [
      'a saga that runs once more',
      'orchestrator',
      `INSERT INTO saga.live (type, conversation, definition_version, status, step, label, data, progress, version, written_from, started_at, updated_at)
       SELECT type, conversation, 1, 'running', 'reserve-stock', 'PENDING', '{}', '{}', 1, 0, now(), now() FROM saga.ended`,
      ['every-order-one-ended-saga'],
    ],
    ['stock that stays reserved', 'inventory', `UPDATE inventory.reservation SET state = 'reserved'`, ['reservations-match-stock', 'stock-matches-order']],
    [
      'a message that was never sent',
      'carts',
      `INSERT INTO messaging.outbox (id, exchange, routing_key, type, body, correlation_id, headers, sent_at, mandatory)
       VALUES (gen_random_uuid(), 'business.events', 'carts.cart-validated.none', 'carts.cart-validated', '{}', 'x', '{}', 0, false)`,
      ['outbox-empty'],
    ],
    ['an event of a claim that was never told', 'claims', `UPDATE messaging.stream SET version = 1`, ['claims-as-kept']],
    ['an event that was told and not kept', 'claims', `DELETE FROM event_store.event WHERE version = 2`, ['claims-as-kept']],
    ['a claim whose row stayed behind', 'claims', `UPDATE claims.claim SET version = 1`, ['claims-as-kept']],
    ['a refund that does not end', 'claims', `UPDATE claims.claim SET status = 'APPROVED'`, ['no-refund-under-way']],
    ['a refund of no claim', 'claims', `INSERT INTO claims.open_refund (refund_id, claim_id, order_id, cause_id) SELECT gen_random_uuid(), claim_id, order_id, claim_id FROM claims.claim`, ['no-refund-under-way']],
    ['a message nobody gave up on', 'payments', `INSERT INTO messaging.attempt VALUES (gen_random_uuid(), 'payments.process-payment', 2)`, ['no-attempts-left']],
  ])('%s', async (_, database, change, invariants) => {
    await sql(database, change);
    expect((await broken()).sort()).toEqual([...invariants].sort());
  });

  it('names a few, and counts all', async () => {
    await sql('inventory', `INSERT INTO inventory.stock (sku, opening, available) SELECT 'X' || n, 0, 1 FROM generate_series(1, 9) AS n`);
    expect((await look()).violations).toEqual([
      { invariant: 'stock-conserved', count: 9, examples: [1, 2, 3, 4, 5].map((n) => `X${n}: opening 0 + received 0 <> available 1 + reserved 0 + sold 0`) },
    ]);
  });
});

describe('a refund of 400 for one of the two', () => {
  const [refundId, refusedId] = [uuidv7(), uuidv7()];
  const enter = (table: string, id: string, state: string, ...rest: readonly unknown[]) =>
    table === 'payments'
      ? sql('payments', `INSERT INTO payments.refund (refund_id, claim_id, order_id, customer_id, state, amount, currency) VALUES ($1, $1, $2, '41001', $3, $4, 'GBP')`, id, orderId, state, ...rest)
      : sql('inventory', `INSERT INTO inventory.goods_return (refund_id, claim_id, order_id, state, lines) VALUES ($1, $1, $2, $3, $4)`, id, orderId, state, ...rest);
  beforeEach(async () => {
    await enter('payments', refundId, 'issued', 400);
    await enter('payments', refusedId, 'refused', 9_000);
    await sql('payments', 'UPDATE payments.payment SET refunded = 400');
    await sql('payments', 'UPDATE gateway.charge SET refunded = 400');
    await sql('payments', `INSERT INTO gateway.refund (key, charge_key, status, amount, currency) VALUES ($1, $2, 'paid', 400, 'GBP')`, refundId, orderId);
    await enter('inventory', refundId, 'returned', '[{"sku":"31001A","quantity":1}]');
    await sql('inventory', `INSERT INTO inventory.returned_goods (order_id, sku, returned, kept) VALUES ($1, '31001A', 1, 0)`, orderId);
    await sql('inventory', 'UPDATE inventory.stock SET available = 14, sold = 1, returned = 1');
  });

  it('is in order', async () => {
    expect(await look()).toEqual({ orders: 1, violations: [] });
  });

  it('is in order when an undone return could not give everything back', async () => {
    await sql('payments', `UPDATE payments.refund SET state = 'released' WHERE state = 'issued'`);
    await sql('payments', 'UPDATE payments.payment SET refunded = 0');
    await sql('payments', 'UPDATE gateway.charge SET refunded = 0');
    await sql('payments', 'DELETE FROM gateway.refund');
    await sql('inventory', `UPDATE inventory.goods_return SET state = 'reversed'`);
    await sql('inventory', 'UPDATE inventory.returned_goods SET returned = 0, kept = 1');
    expect(await broken()).toEqual([]);
  });

  it.each<[string, DatabaseName, string, readonly string[]]>([
    ['more issued than was captured', 'payments', `UPDATE payments.refund SET amount = 1251 WHERE state = 'issued'`,
      ['captured-equals-completed', 'refunds-within-captured', 'refunds-match-gateway']],
    ['money given back and no refund of it', 'payments', `DELETE FROM payments.refund WHERE state = 'issued'`,
      ['captured-equals-completed', 'refunds-within-captured', 'refunds-match-gateway', 'refund-matches-return']],
    ['a refund the gateway never paid', 'payments', `DELETE FROM gateway.refund`, ['refunds-match-gateway']],
    ['a payout payments knows nothing of', 'payments', `INSERT INTO gateway.refund (key, charge_key, status, amount, currency) SELECT 'other', charge_key, status, 1, currency FROM gateway.refund`, ['refunds-match-gateway']],
    ['a payout of another amount', 'payments', `UPDATE gateway.refund SET amount = 399`, ['refunds-match-gateway']],
    ['a payout of another charge', 'payments', `UPDATE gateway.refund SET charge_key = 'other'`, ['refunds-match-gateway']],
    ['a charge of which more was given back than captured', 'payments', `UPDATE gateway.charge SET refunded = 1251`, ['gateway-matches-payments', 'refunds-match-gateway']],
    ['money that stays held', 'payments', `UPDATE payments.payment SET held = 1`, ['every-refund-one-end']],
    ['a refund that is under way for ever', 'payments', `UPDATE payments.refund SET state = 'paying' WHERE state = 'refused'`, ['every-refund-one-end']],
    ['a refund paid for goods that did not come back', 'inventory', `DELETE FROM inventory.goods_return`, ['returns-match-stock', 'refund-matches-return']],
    ['goods back, and no money', 'payments', `UPDATE payments.refund SET state = 'released' WHERE state = 'issued'`,
      ['captured-equals-completed', 'refunds-within-captured', 'refunds-match-gateway', 'refund-matches-return']],
    ['goods of another order', 'inventory', `UPDATE inventory.goods_return SET order_id = refund_id`, ['returns-match-stock', 'refund-matches-return']],
    ['more back than was sold', 'inventory', `UPDATE inventory.returned_goods SET kept = 2`, ['returns-match-stock', 'returned-were-sold']],
    ['units back by the stock, and by no order', 'inventory', `UPDATE inventory.stock SET returned = 2, available = 15, sold = 0`, ['returns-match-stock']],
    ['units that came back and were sold all the same', 'inventory', `UPDATE inventory.stock SET available = 13, sold = 2`, ['reservations-match-stock']],
    ['owed returns', 'inventory', `UPDATE inventory.stock SET returned = -1, available = 12, sold = 3`, ['nothing-negative', 'returns-match-stock']],
  ])('is not with %s', async (_, database, change, invariants) => {
    await sql(database, change);
    expect((await broken()).sort()).toEqual([...invariants].sort());
  });

  it('is waited for while it is under way', async () => {
    await sql('payments', `UPDATE payments.refund SET state = 'held' WHERE state = 'refused'`);
    const waiting = broken({ waitMs: 20_000 });
    await sql('payments', `UPDATE payments.refund SET state = 'refused' WHERE state = 'held'`);
    expect(await waiting).toEqual([]);
  });
});

describe('waits for work in flight', () => {
  it('until it has ended', async () => {
    await sql('orders', `UPDATE orders.customer_order SET status = 'PENDING', ended_at = NULL`);
    const waiting = broken({ waitMs: 20_000 });
    await sql('orders', `UPDATE orders.customer_order SET status = 'COMPLETED', ended_at = now()`);
    expect(await waiting).toEqual([]);
  });

  it('and no longer than it may', async () => {
    await sql('orders', `UPDATE orders.customer_order SET status = 'PENDING', ended_at = NULL`);
    expect(await broken({ waitMs: 100 })).toEqual(expect.arrayContaining(['order-matches-saga']));
  });
});

describe('the broker', () => {
  async function put(name: string): Promise<void> {
    const connection = await connect(vhost.url);
    const channel = await connection.createConfirmChannel();
    channel.sendToQueue(name, Buffer.from('{}'), { persistent: true });
    await channel.waitForConfirms();
    await connection.close();
  }
  async function purge(): Promise<void> {
    const connection = await connect(vhost.url);
    const channel = await connection.createChannel();
    for (const name of ['inventory.reserve-stock', 'inventory.reserve-stock.dead', 'retry.1s']) await channel.purgeQueue(name);
    await connection.close();
  }
  afterEach(purge);

  it('must have nothing left to handle', async () => {
    await put('inventory.reserve-stock');
    expect((await look()).violations).toEqual([{ invariant: 'queues-empty', count: 1, examples: ['inventory.reserve-stock: 1 messages'] }]);
  });

  it('must have nothing left to retry', async () => {
    await put('retry.1s');
    expect(await broken()).toEqual(['queues-empty']);
  });

  it('must have no dead letters but those expected, which must be there', async () => {
    await put('inventory.reserve-stock.dead');
    expect(await broken()).toEqual(['dead-letters-expected']);
    expect(await broken({ expectedDead: { 'inventory.reserve-stock': 1 } })).toEqual([]);
    expect(await broken({ expectedDead: { 'inventory.reserve-stock': 2 } })).toEqual(['dead-letters-expected']);
  });
});
