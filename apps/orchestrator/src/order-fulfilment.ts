import { CartRejected, CartValidated, PricedLine, ValidateCart } from '@comptoir/contracts/carts';
import { ReleaseStock, ReserveStock, StockRejected, StockReserved } from '@comptoir/contracts/inventory';
import {
  CancelOrder,
  ConfirmOrder,
  ORDER_FULFILMENT,
  OrderCancelled,
  OrderConfirmationRefused,
  OrderConfirmed,
  OrderPlaced,
} from '@comptoir/contracts/orders';
import { PaymentDeclined, PaymentProcessed, ProcessPayment, RefundPayment } from '@comptoir/contracts/payments';
import { Money } from '@comptoir/contracts';
import { saga } from '@comptoir/saga';
import { z } from 'zod';

const Fulfilment = z.object({
  orderId: z.uuid(),
  cartId: z.uuid(),
  paymentToken: z.string(),
  lines: z.array(PricedLine).optional(),
  total: Money.optional(),
  paymentId: z.uuid().optional(),
});

/** A cart becomes an order: priced, reserved, paid, confirmed; or, from whatever point, cancelled with nothing left behind. */
export const orderFulfilment = saga(ORDER_FULFILMENT, { version: 1, state: Fulfilment })
  .startedBy(OrderPlaced, ({ orderId, cartId, paymentToken }) => ({ orderId, cartId, paymentToken }))

  .step('validate-cart', (step) =>
    step
      .send(ValidateCart, ({ orderId, cartId }) => ({ orderId, cartId }))
      .on(CartValidated, (order, { lines, total }) => ({ ...order, lines, total }), { reaches: 'CART_VALIDATED' })
      .rejectedBy(CartRejected, ({ reason, detail }) => `${reason}: ${detail}`)
      .undoneBy(OrderCancelled),
  )

  .step('reserve-stock', (step) =>
    step
      .send(ReserveStock, ({ orderId, lines }) => ({
        orderId,
        lines: lines.map(({ sku, quantity }) => ({ sku, quantity })),
      }))
      .on(StockReserved, { reaches: 'STOCK_RESERVED' })
      .rejectedBy(StockRejected, ({ reason, shortages }) =>
        [
          reason,
          shortages
            .map(({ sku, requested, available }) => `${sku} (${requested} wanted, ${available} left)`)
            .join(', '),
        ]
          .filter(Boolean)
          .join(': '),
      )
      .compensate(ReleaseStock, ({ orderId }, failure) => ({ orderId, reason: failure.reason })),
  )

  .step('process-payment', (step) =>
    step
      .send(ProcessPayment, ({ orderId, total, paymentToken }) => ({ orderId, amount: total, token: paymentToken }))
      .on(PaymentProcessed, (order, { paymentId }) => ({ ...order, paymentId }), { reaches: 'PAYMENT_PROCESSED' })
      .rejectedBy(PaymentDeclined, ({ reason }) => `payment declined: ${reason}`)
      .compensate(RefundPayment, ({ orderId }, failure) => ({ orderId, reason: failure.reason })),
  )

  .step('confirm-order', (step) =>
    step
      .pivot()
      .send(ConfirmOrder, ({ orderId, lines, total }) => ({ orderId, lines, total }))
      .on(OrderConfirmed, { reaches: 'ORDER_CONFIRMED' })
      .rejectedBy(OrderConfirmationRefused, ({ reason }) => `confirmation refused: ${reason}`),
  )

  .onAbort(CancelOrder, ({ orderId }, failure) => ({ orderId, reason: failure.reason }))
  .build();
