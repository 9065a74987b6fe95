import { z } from 'zod';
import { Sku } from './catalog';
import { Id } from './id';
import { command, event, Money } from './message';
import { PaymentToken } from './payment-token';

export const PricedLine = z.object({
  sku: Sku,
  quantity: z.int().positive(),
  /** Minor units, in the currency of the total. */
  unitPrice: z.int().positive(),
});
export type PricedLine = z.infer<typeof PricedLine>;

export const CartValidated = event(
  'carts.cart-validated',
  1,
  z.object({
    orderId: Id,
    cartId: Id,
    lines: z.array(PricedLine).min(1),
    total: Money,
    /** Carried along to payments where no coordinator brings it there; carts does not keep it. */
    paymentToken: PaymentToken.optional(),
  }),
  { stream: (body) => `cart-${body.cartId}` },
);

export const CartRejected = event(
  'carts.cart-rejected',
  1,
  z.object({
    orderId: Id,
    cartId: Id,
    reason: z.enum([
      'cart-not-found',
      'cart-empty',
      'cart-already-ordered',
      'unknown-sku',
      'discontinued',
      'price-not-offered',
      'mixed-currencies',
      'total-too-large',
      /** The order had been cancelled before. */
      'void',
    ]),
    /** For people: which line, which price. */
    detail: z.string(),
  }),
  { stream: (body) => `cart-${body.cartId}` },
);

/** Prices the cart's lines by carts' own copy of the catalogue and binds the cart to the order. */
export const ValidateCart = command('carts.validate-cart', 1, z.object({ orderId: Id, cartId: Id }), {
  answers: [CartValidated, CartRejected],
});
