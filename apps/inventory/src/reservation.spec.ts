import { StockRejected, StockReleased, StockReserved } from '@comptoir/contracts/inventory';
import {
  recordedAnswer,
  releaseAnswer,
  ReleaseAfterSale,
  SaleWithoutReservation,
  sells,
  type Reservation,
  type ReservationState,
} from './reservation';

const orderId = '01936f1e-7f44-7d3e-9c2b-3f2a1b4c5d6e';
const lines = [{ sku: 'A', quantity: 2 }];
const in_ = (state: ReservationState, more: Partial<Reservation> = {}): Reservation => ({
  orderId,
  state,
  lines: state === 'void' ? [] : lines,
  reason: null,
  shortages: null,
  ...more,
});

describe('a ReserveStock that comes again', () => {
  const shortages = [{ sku: 'A', requested: 2, available: 1 }];
  it.each([
    ['reserved', in_('reserved'), StockReserved({ orderId, lines })],
    ['sold', in_('sold'), StockReserved({ orderId, lines })],
    ['rejected', in_('rejected', { reason: 'out-of-stock', shortages }), StockRejected({ orderId, reason: 'out-of-stock', shortages })],
    ['rejected as unknown', in_('rejected', { reason: 'unknown-sku', shortages }), StockRejected({ orderId, reason: 'unknown-sku', shortages })],
    ['void: it came too late', in_('void'), StockRejected({ orderId, reason: 'void', shortages: [] })],
    ['released: the stock is gone', in_('released'), StockRejected({ orderId, reason: 'void', shortages: [] })],
  ])('is answered from a reservation that is %s', (_, reservation, answer) => {
    expect(recordedAnswer(reservation)).toEqual(answer);
  });
});

describe('a ReleaseStock', () => {
  it.each([
    ['what was reserved', in_('reserved'), lines],
    ['the same again', in_('released'), lines],
    ['nothing where nothing was reserved', in_('rejected'), []],
    ['nothing where it came first', in_('void'), []],
  ])('gives back %s', (_, reservation, given) => {
    expect(releaseAnswer(reservation)).toEqual(StockReleased({ orderId, lines: given }));
  });

  it('cannot undo a sale', () => {
    expect(() => releaseAnswer(in_('sold'))).toThrow(ReleaseAfterSale);
  });
});

describe('a confirmed order', () => {
  it('sells what is reserved, once', () => {
    expect(sells(orderId, in_('reserved'))).toBe(true);
    expect(sells(orderId, in_('sold'))).toBe(false);
  });

  it.each([undefined, in_('void'), in_('rejected'), in_('released')])('is never passed over in silence', (reservation) => {
    expect(() => sells(orderId, reservation)).toThrow(SaleWithoutReservation);
  });
});
