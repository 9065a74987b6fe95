import { ReleaseStock, StockReleased } from '@comptoir/contracts/inventory';
import { handle, withCommit, type SqlTransaction } from '@comptoir/messaging';
import { releaseAnswer } from './reservation';
import { giveBack } from './sql/give-back';
import { voidOrLock } from './sql/void-or-lock';
import { unitsOf } from './stock';

/**
 * ReleaseStock -> StockReleased; undoes ReserveStock. Where that has not come yet the reservation is void from now on,
 * and the late ReserveStock will be refused.
 */
export const releaseStock = handle(ReleaseStock, {
  emits: [StockReleased],
  batch: (commands, tx) => releaseAll(tx, commands.map(({ body }) => body)),
});

/** Releases what orders hold, whoever asks for it; an answer for each, in their order. */
export async function releaseAll(tx: SqlTransaction, releases: readonly { orderId: string; reason: string }[]) {
  const reasons = new Map(releases.map(({ orderId, reason }) => [orderId, reason]));
  const rows = await voidOrLock(tx, [...reasons.keys()], [...reasons.values()]);
  const answers = new Map(rows.map((row) => [row.orderId, releaseAnswer(row)]));

  const held = rows.filter(({ state }) => state === 'reserved');
  if (held.length > 0) {
    const units = unitsOf(held.flatMap(({ lines }) => lines));
    const orderIds = held.map(({ orderId }) => orderId);
    const given = giveBack(
      tx,
      orderIds,
      orderIds.map((orderId) => reasons.get(orderId)),
      [...units.keys()],
      [...units.values()],
    );
    withCommit(given);
  }
  return releases.map(({ orderId }) => answers.get(orderId) ?? missing(orderId));
}

function missing(orderId: string): never {
  throw new Error(`The reservation of order ${orderId} was neither made void nor found`);
}
