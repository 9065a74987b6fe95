import { CartRejected, CartValidated, ValidateCart } from '@comptoir/contracts/carts';
import { ReleaseStock, ReserveStock, StockRejected, StockReleased, StockReserved } from '@comptoir/contracts/inventory';
import {
  CancelOrder,
  ConfirmOrder,
  OrderCancelled,
  OrderConfirmationRefused,
  OrderConfirmed,
  OrderPlaced,
} from '@comptoir/contracts/orders';
import {
  PaymentDeclined,
  PaymentProcessed,
  PaymentRefunded,
  ProcessPayment,
  RefundPayment,
} from '@comptoir/contracts/payments';
import {
  answering,
  atStep,
  deadLettered,
  deadlinePasses,
  ends,
  ignored,
  inState,
  knows,
  records,
  refuses,
  scenario,
  sends,
  sendsNothing,
  withStatus,
} from '@comptoir/saga/testing';
import { orderFulfilment } from './order-fulfilment';

const orderId = '01890000-0000-7000-8000-000000000001';
const cartId = '01890000-0000-7000-8000-000000000002';
const paymentId = '01890000-0000-7000-8000-000000000003';
const lines = [{ sku: '85123A', quantity: 6, unitPrice: 255 }];
const stock = [{ sku: '85123A', quantity: 6 }];
const total = { amount: 1530, currency: 'GBP' };

const placed = OrderPlaced({ orderId, cartId, customerId: '17850', paymentToken: 'tok_approve' });
const validated = CartValidated({ orderId, cartId, lines, total });
const reserved = StockReserved({ orderId, lines: stock });
const released = StockReleased({ orderId, lines: stock });
const paid = PaymentProcessed({ orderId, paymentId, amount: total });
const refunded = PaymentRefunded({ orderId, refunded: 1530, currency: 'GBP' });
const confirmed = OrderConfirmed({ orderId, customerId: '17850', lines, total });
const cancelled = OrderCancelled({ orderId, cartId, reason: 'x' });
const release = (reason: string) => ReleaseStock({ orderId, reason });
const refund = (reason: string) => RefundPayment({ orderId, reason });
const cancel = (reason: string) => CancelOrder({ orderId, reason });

const order = () => scenario(orderFulfilment);

describe('order fulfilment', () => {
  it('takes an order from PENDING to COMPLETED', () => {
    order()
      .when(placed)
      .then(sends(ValidateCart({ orderId, cartId })), inState('PENDING'))
      .when(validated)
      .then(sends(ReserveStock({ orderId, lines: stock })), inState('CART_VALIDATED'), knows({ total, lines }))
      .when(reserved)
      .then(sends(ProcessPayment({ orderId, amount: total, token: 'tok_approve' })), inState('STOCK_RESERVED'))
      .when(paid)
      .then(sends(ConfirmOrder({ orderId, lines, total })), inState('PAYMENT_PROCESSED'))
      .when(confirmed)
      .then(sendsNothing(), records('answered', { label: 'ORDER_CONFIRMED' }), ends('completed', 'COMPLETED'));
  });

  describe('refused', () => {
    it('by the cart: cancels the order, with the reason', () => {
      order()
        .given(placed)
        .when(CartRejected({ orderId, cartId, reason: 'unknown-sku', detail: 'no product NOPE' }))
        .then(sends(cancel('unknown-sku: no product NOPE')), inState('PENDING'))
        .when(cancelled)
        .then(sendsNothing(), ends('compensated', 'CANCELLED'));
    });

    it('for want of stock: has nothing to release', () => {
      const shortages = [{ sku: '85123A', requested: 6, available: 2 }];
      order()
        .given(placed, validated)
        .when(StockRejected({ orderId, reason: 'out-of-stock', shortages }))
        .then(sends(cancel('out-of-stock: 85123A (6 wanted, 2 left)')), withStatus('compensating'));
    });

    it('by the bank: releases the stock, then cancels the order', () => {
      order()
        .given(placed, validated, reserved)
        .when(PaymentDeclined({ orderId, reason: 'insufficient funds' }))
        .then(sends(release('payment declined: insufficient funds')), inState('STOCK_RESERVED'))
        .when(released)
        .then(sends(cancel('payment declined: insufficient funds')))
        .when(cancelled)
        .then(ends('compensated', 'CANCELLED'));
    });

    it('at the confirmation: refunds, then releases, then cancels', () => {
      const reason = 'confirmation refused: the order was cancelled';
      order()
        .given(placed, validated, reserved, paid)
        .when(OrderConfirmationRefused({ orderId, reason: 'the order was cancelled' }))
        .then(sends(refund(reason)))
        .when(refunded)
        .then(sends(release(reason)))
        .when(released)
        .then(sends(cancel(reason)));
    });
  });

  describe('unanswered', () => {
    it('by carts: cancels, which also frees a cart bound too late', () => {
      order()
        .given(placed)
        .after('30s')
        .then(sends(cancel('validate-cart: no answer to carts.validate-cart within 30 s')))
        .when(validated)
        .then(ignored('step-is-over'));
    });

    it('by inventory: releases what may have been reserved; a reservation that comes late changes nothing', () => {
      const reason = 'reserve-stock: no answer to inventory.reserve-stock within 30 s';
      order()
        .given(placed, validated)
        .after('30s')
        .then(sends(release(reason)), atStep('reserve-stock'))
        .when(reserved)
        .then(ignored('step-is-over'))
        .when(StockReleased({ orderId, lines: [] }))
        .then(sends(cancel(reason)))
        .when(StockRejected({ orderId, reason: 'void', shortages: [] }))
        .then(ignored('step-is-over'));
    });

    it('by payments: refunds what may have been captured, then releases', () => {
      const reason = 'process-payment: no answer to payments.process-payment within 30 s';
      order()
        .given(placed, validated, reserved)
        .after('30s')
        .then(sends(refund(reason)))
        .when(paid)
        .then(ignored('step-is-over'))
        .when(PaymentRefunded({ orderId, refunded: 0, currency: null }))
        .then(sends(release(reason)));
    });

    it('by orders at the pivot: asks again, and takes whichever answer comes, once', () => {
      order()
        .given(placed, validated, reserved, paid)
        .after('30s')
        .then(sends(ConfirmOrder({ orderId, lines, total })), withStatus('running'))
        .when(answering(1, confirmed))
        .then(ends('completed', 'COMPLETED'))
        .when(answering(2, confirmed))
        .then(ignored('saga-has-ended'));
    });

    it('when compensating: asks again until a person is needed', () => {
      const told = order().given(placed, validated, reserved, PaymentDeclined({ orderId, reason: 'no' }));
      told.after('1h').then(withStatus('parked'), atStep('reserve-stock'), records('parked', { code: 'no-answer' }));
      expect(told.simulation.sent.filter(({ type }) => type.name === ReleaseStock.name)).toHaveLength(5);
    });
  });

  describe('parked at the pivot', () => {
    const parked = () => order().given(placed, validated, reserved, paid).after('1h').then(withStatus('parked'));

    it('goes on by a retry', () => {
      parked()
        .whenPerson('retry')
        .then(sends(ConfirmOrder({ orderId, lines, total })))
        .when(confirmed)
        .then(ends('completed'));
    });
    it('is resolved by the answer a person knows', () => {
      const answer = { type: OrderConfirmed.name, body: { orderId, customerId: '17850', lines, total } };
      parked().whenPerson({ kind: 'resolve', answer }).then(ends('completed', 'COMPLETED'));
    });
    it('can be neither skipped, nor compensated, nor cancelled', () => {
      parked()
        .whenPerson('skip')
        .then(refuses('pivot-not-skippable'))
        .whenPerson('compensate')
        .then(refuses('past-no-return'))
        .whenPerson('cancel')
        .then(refuses('past-no-return'), withStatus('parked'));
    });
  });

  it('parked before the pivot is undone by a person, or cancelled', () => {
    const parked = () => order().given(placed, validated, deadLettered(reserved).gaveUp);
    parked()
      .whenPerson('compensate', { actor: 'ada', reason: 'lost' })
      .then(sends(release('undone by ada: lost')));
    parked()
      .whenPerson('cancel', { actor: 'ada', reason: 'customer called' })
      .then(sends(release('cancelled by ada: customer called')))
      .when(released, cancelled)
      .then(ends('cancelled', 'CANCELLED'));
  });

  it('running is cancelled by a person while its payment is on the way: the payment is refunded or made void', () => {
    order()
      .given(placed, validated, reserved)
      .whenPerson('cancel', { actor: 'ada', reason: 'customer called' })
      .then(sends(refund('cancelled by ada: customer called')))
      .when(paid)
      .then(ignored('step-is-over'))
      .when(refunded)
      .then(sends(release('cancelled by ada: customer called')));
  });

  it('skips a compensation that a person did by hand', () => {
    order()
      .given(
        placed,
        validated,
        reserved,
        PaymentDeclined({ orderId, reason: 'no' }),
        deadlinePasses(),
        deadLettered(released).gaveUp,
      )
      .whenPerson('skip')
      .then(sends(cancel('payment declined: no')));
  });

  it('cannot skip the cart, whose prices everything else needs', () => {
    order().given(placed, deadLettered(validated).gaveUp).whenPerson('skip').then(refuses('skip-impossible'));
  });
});
