import { StockSold } from '@comptoir/contracts/inventory';
import { OrderConfirmed } from '@comptoir/contracts/orders';
import { handle, withCommit } from '@comptoir/messaging';
import { sells } from './reservation';
import { lockReservations } from './sql/lock-reservations';
import { sell } from './sql/sell';
import { unitsOf } from './stock';

/**
 * OrderConfirmed -> StockSold: the reservation becomes sold, once however often the confirmation is said. A confirmed
 * order without a reservation is never passed over in silence: the message is retried, then kept as a dead letter.
 */
export const orderConfirmed = handle(OrderConfirmed, {
  emits: [StockSold],
  lingerMs: 100, // The order does not wait for it.
  async batch(events, tx) {
    const orderIds = [...new Set(events.map(({ body }) => body.orderId))];
    const rows = new Map((await lockReservations(tx, orderIds)).map((row) => [row.orderId, row]));

    const sold = new Map(
      orderIds.flatMap((orderId) => {
        const reservation = rows.get(orderId);
        return sells(orderId, reservation) ? [[orderId, reservation.lines] as const] : [];
      }),
    );
    if (sold.size > 0) {
      const units = unitsOf([...sold.values()].flat());
      withCommit(sell(tx, [...sold.keys()], [...units.keys()], [...units.values()]));
    }
    return events.map(({ body: { orderId } }) => {
      const lines = sold.get(orderId);
      sold.delete(orderId); // Said twice in one batch, sold once.
      return lines && StockSold({ orderId, lines: [...lines] });
    });
  },
});
