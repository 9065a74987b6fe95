import type { System } from './system';

/** How many facts a service has told about an order, and how many it should have told. */
export interface Miscount {
  readonly orderId: string;
  readonly service: string;
  readonly told: number;
  readonly due: number;
}

const COMMANDS_SENT = `
  SELECT conversation AS "orderId", split_part(event ->> 'message', '.', 1) AS service, count(*)::int AS count
  FROM saga.history, json_array_elements(events) AS event
  WHERE type = 'order-fulfilment' AND event ->> 'type' = 'sent' GROUP BY 1, 2`;

/** Stream versions count the events of an order, in the transaction that made them. */
const TOLD = (stream: string) =>
  `SELECT stream, version AS count FROM messaging.stream WHERE stream LIKE '${stream}-%'`;

/**
 * Compares what the services told with what they were asked, or heard: all has been answered exactly once, although
 * messages came twice and processes died. Business keys keep stock and money right even where a message is handled
 * twice; this tells whether it was.
 */
export async function miscounts(system: System): Promise<Miscount[]> {
  const sent = await system.rows<{ orderId: string; service: string; count: number }>('orchestrator', COMMANDS_SENT);
  const due = new Map(sent.map(({ orderId, service, count }) => [`${service} ${orderId}`, count]));
  const add = (key: string, count: number) => due.set(key, (due.get(key) ?? 0) + count);
  const all = await system.rows<OrderRow>(
    'orders',
    'SELECT order_id AS "orderId", status, coordination, refusal FROM orders.customer_order',
  );
  // Of an order that was given up the peers tell more: what was said late is answered again.
  const orders = all.filter(({ refusal }) => refusal === null);
  for (const { orderId } of orders) add(`orders ${orderId}`, 1); // OrderPlaced
  const byPeers = orders.filter(({ coordination }) => coordination === 'choreography');
  for (const [key, count] of await dueByPeers(system, byPeers)) add(key, count);
  const sold = await system.rows<{ orderId: string }>(
    'inventory',
    `SELECT order_id AS "orderId" FROM inventory.reservation WHERE state = 'sold'`,
  );
  for (const { orderId } of sold) add(`inventory ${orderId}`, 1); // StockSold
  // What payments asked of itself.
  const strays = await straysOf(system);

  const found: Miscount[] = [];
  for (const [service, stream] of [
    ['orders', 'order'],
    ['inventory', 'reservation'],
    ['payments', 'payment'],
  ] as const) {
    const told = await system.rows<{ stream: string; count: number }>(service, TOLD(stream));
    const refunds = service === 'payments' ? await refundsOnStreams(system) : new Map<string, number>();
    const counts = new Map(told.map((row) => [row.stream.slice(stream.length + 1), row.count - (refunds.get(row.stream) ?? 0)]));
    for (const { orderId } of orders) {
      if (service === 'payments' && strays.has(orderId)) continue;
      const [is, should] = [counts.get(orderId) ?? 0, due.get(`${service} ${orderId}`) ?? 0];
      if (is !== should) found.push({ orderId, service, told: is, due: should });
    }
  }
  return [...found, ...(await handledTwice(system))];
}

/** What payments told of refunds is on the stream of the order's payment; it is counted by `refundMiscounts`. */
async function refundsOnStreams(system: System): Promise<ReadonlyMap<string, number>> {
  const text = `SELECT stream, count(*)::int AS count FROM event_store.event WHERE type LIKE 'payments.refund-%' GROUP BY 1`;
  const rows = await system.rows<{ stream: string; count: number }>('event-store', text);
  return new Map(rows.map(({ stream, count }) => [stream, count]));
}

interface OrderRow {
  readonly orderId: string;
  readonly status: string;
  readonly coordination: string;
  readonly refusal: string | null;
}

/** Without commands to count: what each peer must have told of an order follows from how far the order came. */
async function dueByPeers(system: System, orders: readonly OrderRow[]): Promise<[string, number][]> {
  const text = 'SELECT order_id AS "orderId", state FROM inventory.reservation';
  const rows = await system.rows<{ orderId: string; state: string }>('inventory', text);
  const states = new Map(rows.map(({ orderId, state }) => [orderId, state]));
  return orders.flatMap(({ orderId, status }): [string, number][] => {
    const state = states.get(orderId);
    return [
      [`orders ${orderId}`, status === 'PENDING' ? 0 : 1], // its end
      [`inventory ${orderId}`, { released: 2, reserved: 1, sold: 1, rejected: 1 }[state ?? ''] ?? 0], // StockSold is counted with all
      [`payments ${orderId}`, state === 'released' || state === 'sold' ? 1 : 0],
    ];
  });
}

/** Orders whose payment was void when its command came: payments then also tells about the stray capture. */
async function straysOf(system: System): Promise<ReadonlySet<string>> {
  const rows = await system.rows<{ orderId: string }>(
    'payments',
    `SELECT order_id AS "orderId" FROM payments.payment WHERE state IN ('void', 'stray', 'stray-refunded')`,
  );
  return new Set(rows.map(({ orderId }) => orderId));
}

/** A saga's history has an entry per message that moved it. */
async function handledTwice(system: System): Promise<Miscount[]> {
  return system.rows(
    'orchestrator',
    `SELECT conversation AS "orderId", 'orchestrator' AS service, count(*)::int AS told, 1 AS due
     FROM saga.history WHERE cause_id IS NOT NULL GROUP BY conversation, cause_id HAVING count(*) > 1`,
  );
}
