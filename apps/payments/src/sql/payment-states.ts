import { statement } from '@comptoir/messaging';
import type { PaymentState } from '../payment';

/** The states of these orders' payments. (orderIds uuid[]) */
export const paymentStates = statement<{ readonly orderId: string; readonly state: PaymentState }>(
  'payment-states',
  `SELECT order_id AS "orderId", state FROM payments.payment WHERE order_id = ANY ($1::uuid[])`,
);
