import { statement } from '@comptoir/messaging';
import type { ReturnedUnits } from '../rules';

/** Of these orders, whose reservations are locked. (orderIds uuid[]) */
export const readReturnedGoods = statement<ReturnedUnits & { readonly orderId: string; readonly sku: string }>(
  'read-returned-goods',
  `SELECT order_id AS "orderId", sku, returned::float8 AS returned, kept::float8 AS kept
   FROM inventory.returned_goods
   WHERE order_id = ANY ($1::uuid[])`,
);
