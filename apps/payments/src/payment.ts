import type { Money } from '@comptoir/contracts';
import type { Charge } from './gateway/charge';

/**
 * An order's payment. void -> stray -> stray-refunded; captured -> refunded; void -> refunded | stray-refunded, where the
 * gateway turned out to hold a capture; declined is final.
 * `void` is what a refund leaves where nothing had been captured: no capture counts from then on. A capture that comes
 * through all the same is `stray` and given back.
 */
export type PaymentState = 'captured' | 'declined' | 'void' | 'refunded' | 'stray' | 'stray-refunded';

export interface Payment {
  readonly orderId: string;
  readonly paymentId: string;
  readonly state: PaymentState;
  /** Minor units ever captured, and given back of it. */
  readonly captured: number;
  readonly refunded: number;
  readonly currency: string | null;
  readonly reason: string | null;
}

/** What a handler learned before its transaction: from the payment's row alone, or from the gateway. */
export type Learned = { readonly from: 'row' } | { readonly from: 'gateway'; readonly charge: Charge | undefined };

export const fromRow: Learned = { from: 'row' };

/** The payment that a charge makes of an order without one. */
export function paymentOf(orderId: string, paymentId: string, charge: Charge): Payment {
  const { amount, currency } = charge.amount;
  const base = { orderId, paymentId, captured: 0, refunded: 0, currency, reason: charge.reason };
  switch (charge.status) {
    case 'captured':
      return { ...base, state: 'captured', captured: amount };
    case 'refunded':
      return { ...base, state: 'refunded', captured: amount, refunded: amount };
    case 'declined':
      return { ...base, state: 'declined' };
  }
}

/** What to do about a ProcessPayment whose order has a payment already. */
export interface Settlement {
  /** The payment as it is to be saved; absent where it stays. */
  readonly save?: Payment;
  /** To give back what the gateway may hold for a void payment: this much at least is known of it. */
  readonly giveBack?: Money;
}

/**
 * Only a void payment asks for anything: a capture that has come through is recorded as stray and given back. Where the
 * gateway was not asked this time an earlier attempt may have captured, and is given back in the same way.
 */
export function settle(payment: Payment, amount: Money, learned: Learned): Settlement {
  if (payment.state !== 'void') return {};
  if (learned.from === 'row' || learned.charge === undefined) return { giveBack: amount };
  const { charge } = learned;
  if (charge.status !== 'captured') return {};
  const { amount: captured, currency } = charge.amount;
  return { save: { ...payment, state: 'stray', captured, currency }, giveBack: charge.amount };
}

/** What a refund asks the gateway for must fit what the row says in the transaction; else both are looked at again. */
export type Refund = { readonly save?: Payment; readonly refunded: number } | 'look-again';

/** Undoes a payment, whatever has become of it. `payment` is void where there was none. */
export function refund(payment: Payment, reason: string, learned: Learned): Refund {
  const givenBack = refundedBy(learned);
  switch (payment.state) {
    case 'captured':
      if (givenBack === undefined) return 'look-again';
      return { save: { ...payment, state: 'refunded', refunded: payment.captured, reason }, refunded: payment.captured };
    case 'void':
      if (givenBack === undefined) return { refunded: 0 };
      return { save: withRefunded(payment, 'refunded', givenBack), refunded: givenBack.amount };
    case 'refunded':
      return { refunded: payment.refunded };
    case 'declined':
    case 'stray':
    case 'stray-refunded':
      return { refunded: 0 };
  }
}

/** Gives back a capture of a void payment. */
export function refundStray(payment: Payment, learned: Learned): Refund {
  const givenBack = refundedBy(learned);
  switch (payment.state) {
    case 'stray':
      if (givenBack === undefined) return 'look-again';
      return { save: { ...payment, state: 'stray-refunded', refunded: payment.captured }, refunded: payment.captured };
    case 'void':
      if (givenBack === undefined) return { refunded: 0 };
      return { save: withRefunded(payment, 'stray-refunded', givenBack), refunded: givenBack.amount };
    case 'stray-refunded':
      return { refunded: payment.refunded };
    case 'captured':
    case 'declined':
    case 'refunded':
      return { refunded: 0 };
  }
}

const refundedBy = (learned: Learned): Money | undefined =>
  learned.from === 'gateway' && learned.charge?.status === 'refunded' ? learned.charge.amount : undefined;

const withRefunded = (payment: Payment, state: PaymentState, { amount, currency }: Money): Payment => ({
  ...payment,
  state,
  captured: amount,
  refunded: amount,
  currency,
});
