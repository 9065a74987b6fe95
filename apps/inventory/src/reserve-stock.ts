import { ReserveStock, StockRejected, StockReserved } from '@comptoir/contracts/inventory';
import { handle, type SqlTransaction } from '@comptoir/messaging';
import { answerOf, recordedAnswer } from './reservation';
import { claimAndLock } from './sql/claim-and-lock';
import { readReservations } from './sql/read-reservations';
import { saveReservations } from './sql/save-reservations';
import { combine, reserve, type Decision, type Wanted } from './stock';

/**
 * ReserveStock -> StockReserved | StockRejected. All of an order's lines or none, in order of arrival. An order that is
 * settled or void is answered from its row.
 */
export const reserveStock = handle(ReserveStock, {
  emits: [StockReserved, StockRejected],
  async batch(commands, tx) {
    const wanted = new Map<string, Wanted>();
    for (const { body } of commands)
      if (!wanted.has(body.orderId)) wanted.set(body.orderId, { orderId: body.orderId, lines: combine(body.lines) });

    const decisions = await decide(tx, [...wanted.values()]);
    const settled = [...wanted.keys()].filter((orderId) => !decisions.has(orderId));
    const recorded = settled.length > 0 ? await readReservations(tx, settled) : [];

    const answers = new Map([...decisions].map(([orderId, decision]) => [orderId, answerOf(decision)] as const));
    for (const reservation of recorded) answers.set(reservation.orderId, recordedAnswer(reservation));
    return commands.map(({ body: { orderId } }) => answers.get(orderId) ?? missing(orderId));
  },
});

/** Decides the orders that have no reservation yet, and saves what was decided. */
async function decide(tx: SqlTransaction, wanted: readonly Wanted[]): Promise<ReadonlyMap<string, Decision>> {
  const skus = [...new Set(wanted.flatMap(({ lines }) => lines.map(({ sku }) => sku)))];
  const rows = await claimAndLock(
    tx,
    wanted.map(({ orderId }) => orderId),
    wanted.map(({ lines }) => JSON.stringify(lines)),
    skus,
  );
  const claimed = new Set<string>();
  const available = new Map<string, number>();
  for (const row of rows)
    if (row.orderId !== null) claimed.add(row.orderId);
    else if (row.sku !== null) available.set(row.sku, row.available ?? 0);
  if (claimed.size === 0) return new Map();

  const { decisions, taken } = reserve(
    available,
    wanted.filter(({ orderId }) => claimed.has(orderId)),
  );
  const rejected = decisions.filter((decision) => decision.state === 'rejected');
  await saveReservations(
    tx,
    [...taken.keys()],
    [...taken.values()],
    rejected.map(({ orderId }) => orderId),
    rejected.map(({ reason }) => reason),
    rejected.map(({ shortages }) => JSON.stringify(shortages)),
  );
  return new Map(decisions.map((decision) => [decision.orderId, decision]));
}

function missing(orderId: string): never {
  throw new Error(`The reservation of order ${orderId} was neither inserted nor found`);
}
