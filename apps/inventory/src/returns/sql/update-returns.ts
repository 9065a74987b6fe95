import { statement } from '@comptoir/messaging';

/** Writes how returns changed; they are locked already. (refundIds uuid[], states text[], reversed json[], reasons text[]) */
export const updateReturns = statement(
  'update-returns',
  `UPDATE inventory.goods_return g SET state = r.state, reversed = r.reversed, reason = r.reason, changed_at = now()
   FROM unnest($1::uuid[], $2::text[], $3::json[], $4::text[]) AS r (refund_id, state, reversed, reason)
   WHERE g.refund_id = r.refund_id`,
);
