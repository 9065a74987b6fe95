import type { EntryOf } from './merge';
import type { Violations } from './violation';

/** What payments knows of a refund. */
export interface RefundEntry extends EntryOf<'refundId'> {
  readonly orderId: string;
  readonly state: string;
}

/** What inventory knows of its goods. */
export interface GoodsReturnEntry extends EntryOf<'refundId'> {
  readonly orderId: string;
  readonly state: string;
}

export interface RefundPage extends EntryOf<'refundId'> {
  readonly refund?: RefundEntry | undefined;
  readonly goods?: GoodsReturnEntry | undefined;
}

/** Of a refund whose flow has not ended; each of them holds its amount. */
export const OPEN_REFUND_STATES = ['held', 'paying', 'failed'] as const;
const ENDS: readonly string[] = ['issued', 'released', 'refused', 'void'];

/** A refund has ended, and its goods are back exactly if its money is: nobody keeps both. */
export function checkRefund({ refundId, refund, goods }: RefundPage, violations: Violations): void {
  if (!refund) {
    const state = goods?.state ?? 'missing';
    return violations.add('refund-matches-return', `the return of refund ${refundId} is ${state}, and payments knows of no refund`);
  }
  if (!ENDS.includes(refund.state)) violations.add('every-refund-one-end', `refund ${refundId} is ${refund.state}`);
  const state = goods?.state ?? 'missing';
  if ((refund.state === 'issued') !== (state === 'returned'))
    violations.add('refund-matches-return', `refund ${refundId} is ${refund.state}, its return ${state}`);
  if (goods && goods.orderId !== refund.orderId)
    violations.add('refund-matches-return', `refund ${refundId} is of order ${refund.orderId}, its return of ${goods.orderId}`);
}
