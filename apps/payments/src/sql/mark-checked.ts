import { statement } from '@comptoir/messaging';

/** Marks void payments as compared with the gateway; returns those that were not before. (orderIds uuid[]) */
export const markChecked = statement<{ readonly orderId: string }>(
  'mark-checked',
  `UPDATE payments.payment p SET checked_at = now()
   FROM (
     SELECT order_id FROM payments.payment
     WHERE order_id = ANY ($1::uuid[]) AND state = 'void' AND checked_at IS NULL
     ORDER BY order_id FOR UPDATE
   ) l
   WHERE p.order_id = l.order_id
   RETURNING p.order_id AS "orderId"`,
);
