import { REFUND } from '@comptoir/contracts/claims';
import { ReturnRefused, ReturnReversed, StockReturned } from '@comptoir/contracts/inventory';
import { RefundCalculated, RefundFailed } from '@comptoir/contracts/payments';
import { reaction } from '@comptoir/saga';
import { returnAnswer, reversalAnswer } from './goods-return';
import { ReturnBooks } from './return-books';
import { reverse, takeBack } from './rules';

/** At this attempt, some twelve seconds after the first, an order whose sale has not come is refused. */
const LAST_LOOK = 4;

/**
 * RefundCalculated -> StockReturned | ReturnRefused: goods of a sold order are in stock again. Undone by payments' RefundFailed
 * -> ReturnReversed; where nothing had been returned yet the return is void.
 */
export const returnStock = reaction(REFUND, {
  on: RefundCalculated,
  kind: 'compensatable',
  emits: [StockReturned, ReturnRefused],
  refusals: [ReturnRefused],
  async batch(events, tx) {
    const books = await ReturnBooks.open(tx, events.map(({ body }) => body));
    const returns = events.map(({ body, attempt }) => books.apply(body, (entry) => takeBack(entry, body, attempt >= LAST_LOOK)));
    await books.save();
    return returns.map(returnAnswer);
  },
  undoneBy: RefundFailed,
  undo: {
    emits: [ReturnReversed],
    async batch(events, tx) {
      const books = await ReturnBooks.open(tx, events.map(({ body }) => body));
      await books.lockStockOf(events.map(({ body }) => body.refundId));
      const returns = events.map(({ body }) => books.apply(body, (entry, available) => reverse(entry, body, body.reason, available)));
      await books.save();
      return returns.map(reversalAnswer);
    },
  },
});
