import { StockReceived, type StockLine } from '@comptoir/contracts/inventory';
import { handleRequests, withCommit } from '@comptoir/messaging';
import { v7 as uuidv7 } from 'uuid';
import { receive } from './sql/receive';
import { combine, unitsOf } from './stock';

export interface GoodsReceived {
  readonly lines: readonly StockLine[];
}

export interface ReceiptTaken {
  readonly receiptId: string;
  /** Each SKU once. */
  readonly lines: readonly StockLine[];
}

/** POST /receipts -> StockReceived. Goods that came in are available at once. */
export const receiveStock = handleRequests('receive-stock', {
  emits: [StockReceived],
  async batch(inputs: readonly GoodsReceived[], tx) {
    const receipts = inputs.map(({ lines }): ReceiptTaken => ({ receiptId: uuidv7(), lines: combine(lines) }));
    const units = unitsOf(receipts.flatMap(({ lines }) => lines));
    const received = receive(
      tx,
      receipts.map(({ receiptId }) => receiptId),
      receipts.map(({ lines }) => JSON.stringify(lines)),
      [...units.keys()],
      [...units.values()],
    );
    withCommit(received);
    return receipts.map((receipt) => ({
      reply: receipt,
      messages: [StockReceived({ receiptId: receipt.receiptId, lines: [...receipt.lines] })],
    }));
  },
});
