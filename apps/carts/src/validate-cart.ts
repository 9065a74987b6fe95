import { CartRejected, CartValidated, ValidateCart } from '@comptoir/contracts/carts';
import { handle, packed, RetryNow, type SqlTransaction } from '@comptoir/messaging';
import { lockCarts } from './sql/lock-carts';
import { readOffers } from './sql/read-offers';
import { readValidations } from './sql/read-validations';
import { saveValidations } from './sql/save-validations';
import { settle, type Settled, type Wish } from './validation';

/**
 * ValidateCart -> CartValidated | CartRejected. Prices the cart by carts' own copy of the catalogue and binds it to the
 * order. The order's row is the business key: the same order again gets the same answer, a cancelled one is refused.
 */
export const validateCart = handle(ValidateCart, {
  emits: [CartValidated, CartRejected],
  batch: (commands, tx) => validateAll(tx, commands.map(({ body }) => body)),
});

/** Validates carts, whoever wishes it; an answer for each, in their order. */
export async function validateAll(tx: SqlTransaction, wishes: readonly Wish[]): Promise<Settled['answers']> {
  const cartIds = [...new Set(wishes.map(({ cartId }) => cartId))];
  const orderIds = [...new Set(wishes.map(({ orderId }) => orderId))];
  // One round trip. Both are read after the carts are locked: a cancellation or a change that held a lock is seen.
  const [carts, validations, offers] = await Promise.all([
    lockCarts(tx, cartIds),
    readValidations(tx, orderIds),
    readOffers(tx, cartIds),
  ]);

  const { fresh, answers } = settle(wishes, {
    carts: new Map(carts.map((cart) => [cart.cartId, cart])),
    offers: new Map(offers.map((offer) => [offer.sku, offer])),
    validations: new Map(validations.map((validation) => [validation.orderId, validation])),
  });
  if (fresh.length === 0) return answers;
  const saved = await saveValidations(
    tx,
    fresh.map(({ orderId }) => orderId),
    fresh.map(({ cartId }) => cartId),
    fresh.map(({ state }) => state),
    packed(fresh.map(({ outcome }) => JSON.stringify(outcome))),
  );
  if (saved.length < fresh.length)
    throw new RetryNow('Another transaction settled an order of this batch', { orders: fresh.length - saved.length });
  return answers;
}
