import { ReleaseStock, StockReleased } from '@comptoir/contracts/inventory';
import { handle, withCommit } from '@comptoir/messaging';
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
  async batch(commands, tx) {
    const reasons = new Map(commands.map(({ body }) => [body.orderId, body.reason]));
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
    return commands.map(({ body: { orderId } }) => answers.get(orderId) ?? missing(orderId));
  },
});

function missing(orderId: string): never {
  throw new Error(`The reservation of order ${orderId} was neither made void nor found`);
}
