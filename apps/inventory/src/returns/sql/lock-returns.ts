import { statement } from '@comptoir/messaging';
import type { GoodsReturn } from '../goods-return';

/** Returns, locked in key order. (refundIds uuid[]) */
export const lockReturns = statement<GoodsReturn>(
  'lock-returns',
  `SELECT refund_id AS "refundId", claim_id AS "claimId", order_id AS "orderId", state, lines, reversed, reason, detail
   FROM inventory.goods_return
   WHERE refund_id = ANY ($1::uuid[])
   ORDER BY refund_id
   FOR UPDATE`,
);
