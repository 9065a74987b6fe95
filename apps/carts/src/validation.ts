import type { Outgoing } from '@comptoir/contracts';
import { CartRejected, CartValidated } from '@comptoir/contracts/carts';
import { validate, type Cart, type Offer, type Priced, type Refused } from './cart';

/** An order's wish to have its cart. */
export interface Wish {
  readonly orderId: string;
  readonly cartId: string;
}

export type Outcome = Omit<Priced, 'state'> | Omit<Refused, 'state'>;

/** The row of an order: what was answered, or that it was cancelled before (void) or after (released). */
export type Validation = Wish &
  (
    | { readonly state: 'validated' | 'released'; readonly outcome: Omit<Priced, 'state'> }
    | { readonly state: 'rejected'; readonly outcome: Omit<Refused, 'state'> }
    | { readonly state: 'void'; readonly outcome: null }
  );

export interface Known {
  readonly carts: ReadonlyMap<string, Cart>;
  readonly offers: ReadonlyMap<string, Offer>;
  /** By order. */
  readonly validations: ReadonlyMap<string, Validation>;
}

export interface Settled {
  /** The orders that had no validation before, in order of arrival. */
  readonly fresh: readonly Validation[];
  /** One per wish. An order that was settled before gets the recorded outcome again. */
  readonly answers: readonly Outgoing<typeof CartValidated | typeof CartRejected>[];
}

/** Settles a batch of wishes, in order of arrival: the first order gets the cart, others in the batch find it ordered. */
export function settle(wishes: readonly Wish[], known: Known): Settled {
  const carts = new Map(known.carts);
  const validations = new Map(known.validations);
  const fresh: Validation[] = [];
  const answers = wishes.map(({ orderId, cartId }) => {
    let validation = validations.get(orderId);
    if (!validation) {
      const cart = carts.get(cartId);
      validation = recorded({ orderId, cartId }, validate(cart, { orderId, cartId }, known.offers));
      if (cart && validation.state === 'validated') carts.set(cartId, { ...cart, orderId });
      validations.set(orderId, validation);
      fresh.push(validation);
    }
    return answer(validation);
  });
  return { fresh, answers };
}

function recorded(wish: Wish, verdict: Priced | Refused): Validation {
  const { state, ...outcome } = verdict;
  return { ...wish, state, outcome } as Validation;
}

function answer(validation: Validation): Outgoing<typeof CartValidated | typeof CartRejected> {
  const { orderId, cartId } = validation;
  switch (validation.state) {
    case 'validated': {
      const { lines, total } = validation.outcome;
      return CartValidated({ orderId, cartId, lines: [...lines], total });
    }
    case 'rejected':
      return CartRejected({ orderId, cartId, ...validation.outcome });
    case 'void':
    case 'released':
      return CartRejected({ orderId, cartId, reason: 'void', detail: `Order ${orderId} was cancelled` });
  }
}
