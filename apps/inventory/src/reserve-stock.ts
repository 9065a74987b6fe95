import { ReserveStock, StockRejected, StockReserved } from '@comptoir/contracts/inventory';
import { handle, packed, withCommit, type SqlTransaction } from '@comptoir/messaging';
import { answerOf, recordedAnswer } from './reservation';
import { claimReservations } from './sql/claim-reservations';
import { lockStock } from './sql/lock-stock';
import { readReservations } from './sql/read-reservations';
import { saveReservations } from './sql/save-reservations';
import { combine, reserve, type Decision, type Wanted } from './stock';

/**
 * ReserveStock -> StockReserved | StockRejected. All of an order's lines or none, in order of arrival. An order that is
 * settled or void is answered from its row.
 */
export const reserveStock = handle(ReserveStock, {
  emits: [StockReserved, StockRejected],
  batch: (commands, tx) => reserveAll(tx, commands.map(({ body }) => body)),
});

/** Reserves for orders, whoever wishes it; an answer for each, in their order. */
export async function reserveAll(tx: SqlTransaction, wishes: readonly Wanted[]) {
  const wanted = new Map<string, Wanted>();
  for (const { orderId, lines } of wishes) if (!wanted.has(orderId)) wanted.set(orderId, { orderId, lines: combine(lines) });

  const decisions = await decide(tx, [...wanted.values()]);
  const settled = [...wanted.keys()].filter((orderId) => !decisions.has(orderId));
  const recorded = settled.length > 0 ? await readReservations(tx, settled) : [];

  const answers = new Map([...decisions].map(([orderId, decision]) => [orderId, answerOf(decision)] as const));
  for (const reservation of recorded) answers.set(reservation.orderId, recordedAnswer(reservation));
  return wishes.map(({ orderId }) => answers.get(orderId) ?? missing(orderId));
}

/** Decides the orders that have no reservation yet, and saves what was decided. */
async function decide(tx: SqlTransaction, wanted: readonly Wanted[]): Promise<ReadonlyMap<string, Decision>> {
  const orderIds = wanted.map(({ orderId }) => orderId);
  const lines = packed(wanted.map((each) => JSON.stringify(each.lines)));
  const skus = [...new Set(wanted.flatMap((each) => each.lines.map(({ sku }) => sku)))];
  // Sent together, run one after the other: one round trip.
  const [claims, stock] = await Promise.all([claimReservations(tx, orderIds, lines), lockStock(tx, skus)]);
  if (claims.length === 0) return new Map();

  const claimed = new Set(claims.map(({ orderId }) => orderId));
  const available = new Map(stock.map((row) => [row.sku, row.available]));
  const undecided = claims.length === wanted.length ? wanted : wanted.filter(({ orderId }) => claimed.has(orderId));
  const { decisions, taken } = reserve(available, undecided);
  const rejected = decisions.filter((decision) => decision.state === 'rejected');
  const saved = saveReservations(
    tx,
    [...taken.keys()],
    [...taken.values()],
    rejected.map(({ orderId }) => orderId),
    rejected.map(({ reason }) => reason),
    rejected.map(({ shortages }) => JSON.stringify(shortages)),
  );
  withCommit(saved);
  return new Map(decisions.map((decision) => [decision.orderId, decision]));
}

function missing(orderId: string): never {
  throw new Error(`The reservation of order ${orderId} was neither inserted nor found`);
}
