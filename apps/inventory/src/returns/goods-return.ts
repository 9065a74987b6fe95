import { ReturnRefused, ReturnReversed, StockReturned, type StockLine } from '@comptoir/contracts/inventory';

/** returned -> reversed; refused and void are final: void is what an undo leaves that comes before the return. */
export type ReturnState = 'returned' | 'refused' | 'reversed' | 'void';
export type ReturnRefusal = 'not-sold' | 'more-than-sold' | 'void';

/** What one refund takes back into stock. */
export interface GoodsReturn {
  readonly refundId: string;
  readonly claimId: string;
  readonly orderId: string;
  readonly state: ReturnState;
  /** Each SKU once. */
  readonly lines: readonly StockLine[];
  /** Of a reversed one: what could be taken out of stock again. */
  readonly reversed: readonly StockLine[] | null;
  readonly reason: string | null;
  readonly detail: string | null;
}

export type ReturnIds = Pick<GoodsReturn, 'refundId' | 'claimId' | 'orderId'>;

const idsOf = ({ refundId, claimId, orderId }: GoodsReturn): ReturnIds => ({ refundId, claimId, orderId });

/** The answer to RefundCalculated: the recorded one, unless it no longer holds. A reversed return is not promised again. */
export function returnAnswer(goods: GoodsReturn) {
  switch (goods.state) {
    case 'returned':
      return StockReturned({ ...idsOf(goods), lines: [...goods.lines] });
    case 'refused':
      return ReturnRefused({ ...idsOf(goods), reason: goods.reason as ReturnRefusal, detail: goods.detail ?? '' });
    case 'reversed':
    case 'void':
      return ReturnRefused({ ...idsOf(goods), reason: 'void', detail: goods.reason ?? '' });
  }
}

/** The answer to the flow's undoing: what went out of stock again. */
export const reversalAnswer = (goods: GoodsReturn) =>
  ReturnReversed({ ...idsOf(goods), lines: [...(goods.reversed ?? [])], reason: goods.reason ?? goods.state });
