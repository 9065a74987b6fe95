import { StockRejected, StockReleased, StockReserved, type StockLine } from '@comptoir/contracts/inventory';
import type { Decision, Shortage } from './stock';

/**
 * reserved -> sold | released; rejected, void, released and sold are final. `void` is what a release leaves when it comes
 * before the reservation.
 */
export type ReservationState = 'reserved' | 'rejected' | 'void' | 'released' | 'sold';

export interface Reservation {
  readonly orderId: string;
  readonly state: ReservationState;
  readonly lines: readonly StockLine[];
  readonly reason: string | null;
  readonly shortages: readonly Shortage[] | null;
}

export function answerOf(decision: Decision) {
  const { orderId } = decision;
  return decision.state === 'reserved'
    ? StockReserved({ orderId, lines: [...decision.lines] })
    : StockRejected({ orderId, reason: decision.reason, shortages: [...decision.shortages] });
}

/**
 * The answer to a ReserveStock whose order was settled before: the recorded one, unless it no longer holds. Promising
 * stock that has been given back would oversell it.
 */
export function recordedAnswer({ orderId, state, lines, reason, shortages }: Reservation) {
  switch (state) {
    case 'reserved':
    case 'sold':
      return StockReserved({ orderId, lines: [...lines] });
    case 'rejected':
      return StockRejected({
        orderId,
        reason: reason === 'unknown-sku' ? 'unknown-sku' : 'out-of-stock',
        shortages: [...(shortages ?? [])],
      });
    case 'void':
    case 'released':
      return StockRejected({ orderId, reason: 'void', shortages: [] });
  }
}

/** A sold reservation cannot be released: the order had been confirmed, the point of no return. */
export class ReleaseAfterSale extends Error {
  readonly code = 'release-after-sale';
  constructor(readonly data: { readonly orderId: string }) {
    super(`Order ${data.orderId} is sold; its stock cannot be released`);
    this.name = 'ReleaseAfterSale';
  }
}

/** What a ReleaseStock finds in the order's row, and answers. `released` is answered again with the same lines. */
export function releaseAnswer({ orderId, state, lines }: Reservation) {
  switch (state) {
    case 'reserved':
    case 'released':
      return StockReleased({ orderId, lines: [...lines] });
    case 'rejected':
    case 'void':
      return StockReleased({ orderId, lines: [] });
    case 'sold':
      throw new ReleaseAfterSale({ orderId });
  }
}

/** A confirmed order without stock held for it. Nothing may be sold that was not reserved, nor the sale be lost. */
export class SaleWithoutReservation extends Error {
  readonly code = 'sale-without-reservation';
  constructor(readonly data: { readonly orderId: string; readonly state: ReservationState | 'missing' }) {
    super(`Order ${data.orderId} was confirmed, but its reservation is ${data.state}`);
    this.name = 'SaleWithoutReservation';
  }
}

/** True when the confirmed order's reservation turns into sold now; false when it was sold before. */
export function sells(orderId: string, reservation: Reservation | undefined): reservation is Reservation {
  const state = reservation?.state ?? 'missing';
  if (state === 'reserved') return true;
  if (state === 'sold') return false;
  throw new SaleWithoutReservation({ orderId, state });
}
