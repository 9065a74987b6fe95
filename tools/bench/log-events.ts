import type { BodyOf, EventType } from '@comptoir/contracts';
import { CartValidated } from '@comptoir/contracts/carts';
import { StockReleased, StockReserved, StockSold } from '@comptoir/contracts/inventory';
import { ORDER_FULFILMENT, OrderCancelled, OrderConfirmed, OrderPlaced } from '@comptoir/contracts/orders';
import { PaymentDeclined, PaymentProcessed } from '@comptoir/contracts/payments';
import { EVENTS, routingKeyOf, type WireMessage } from '@comptoir/messaging';
import { v7 as uuidv7 } from 'uuid';

export const LOGGED = [OrderPlaced, CartValidated, StockReserved, PaymentProcessed, PaymentDeclined, OrderConfirmed, StockSold, StockReleased, OrderCancelled] as const;

/** Orders under way at a time: their events come mixed. */
const AT_ONCE = 64;
const DECLINED_EVERY = 20;

/** What an order says from the cart to its end. */
function story(nth: number): WireMessage[] {
  const [orderId, cartId, paymentId] = [uuidv7(), uuidv7(), uuidv7()];
  const lines = [{ sku: `BENCH-${nth % 1_000}`, quantity: 2, unitPrice: 100 + (nth % 50) }];
  const [amount, stock] = [{ amount: 200, currency: 'GBP' }, lines.map(({ sku, quantity }) => ({ sku, quantity }))];
  const versions = new Map<string, number>();
  const say = <T extends EventType>(type: T, body: BodyOf<T>): WireMessage => {
    const stream = type.streamOf(body);
    const version = (versions.get(stream) ?? 0) + 1;
    versions.set(stream, version);
    return {
      exchange: EVENTS,
      routingKey: routingKeyOf(type, ORDER_FULFILMENT),
      body: JSON.stringify(body),
      properties: {
        messageId: uuidv7(),
        type: type.name,
        correlationId: orderId,
        timestamp: Date.now(),
        appId: type.owner,
        contentType: 'application/json',
        headers: { 'causation-id': uuidv7(), flow: ORDER_FULFILMENT, 'schema-version': type.version, attempt: 1, stream, 'stream-version': version },
      },
      mandatory: false,
    };
  };
  const begun = [
    say(OrderPlaced, { orderId, cartId, customerId: `customer-${nth % 500}`, paymentToken: 'tok_approve' }),
    say(CartValidated, { orderId, cartId, lines, total: amount }),
    say(StockReserved, { orderId, lines: stock }),
  ];
  return nth % DECLINED_EVERY === 0
    ? [...begun, say(PaymentDeclined, { orderId, reason: 'no-funds' }), say(StockReleased, { orderId, lines: stock }), say(OrderCancelled, { orderId, cartId, reason: 'no-funds' })]
    : [...begun, say(PaymentProcessed, { orderId, paymentId, amount }), say(OrderConfirmed, { orderId, customerId: `customer-${nth % 500}`, lines, total: amount }), say(StockSold, { orderId, lines: stock })];
}

/** So many events of orders, as services publish them: each stream's in order, the orders mixed. */
export function* logEvents(count: number): Generator<WireMessage> {
  let made = 0;
  for (let first = 0; ; first += AT_ONCE) {
    const stories = Array.from({ length: AT_ONCE }, (_, index) => story(first + index));
    for (let nth = 0; nth < 6; nth += 1)
      for (const told of stories) {
        if (made++ >= count) return;
        yield told[nth] as WireMessage;
      }
  }
}
