import { StockRejected, StockReleased, StockReserved, StockSold, type StockLine } from '@comptoir/contracts/inventory';
import { fold } from './fold';

interface Reservation {
  readonly status: 'none' | 'reserved' | 'rejected' | 'released' | 'sold';
  readonly lines: readonly StockLine[];
  readonly reason?: string;
}

export const reservation = fold('reservation', { status: 'none', lines: [] } as Reservation, (on) => [
  on(StockReserved, (_, { lines }) => ({ status: 'reserved', lines })),
  on(StockRejected, (state, { reason }) => (state.status === 'none' ? { ...state, status: 'rejected', reason } : state)),
  on(StockReleased, (_, { lines }) => ({ status: 'released', lines })),
  on(StockSold, (_, { lines }) => ({ status: 'sold', lines })),
]);
