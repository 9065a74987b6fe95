import type { Entry } from './merge';
import type { Violations } from './violation';

export interface OrderEntry extends Entry {
  readonly status: string;
  /** An orchestrated order has a saga, a choreographed one has none. */
  readonly coordination: string;
  /** Minor units; null until the order is confirmed. */
  readonly total: bigint | null;
  readonly currency: string | null;
}

export interface SagaEntry extends Entry {
  readonly status: string;
}

export interface ReservationEntry extends Entry {
  readonly state: string;
}

/** What became of the order's cart: it is bound to the order while it is `validated`. */
export interface CartEntry extends Entry {
  readonly state: string;
}

export interface PaymentEntry extends Entry {
  readonly captured: bigint;
  readonly refunded: bigint;
  /** Paid out to claims: what the customer does not owe for the order any more. */
  readonly issued: bigint;
  readonly currency: string | null;
}

/** What the services say about one order, each from its own database. */
export interface OrderPage {
  readonly orderId: string;
  readonly order?: OrderEntry | undefined;
  readonly saga?: SagaEntry | undefined;
  readonly reservation?: ReservationEntry | undefined;
  readonly payment?: PaymentEntry | undefined;
  readonly cart?: CartEntry | undefined;
}

/** The order's status that each way a saga ends leads to. */
const STATUS_AFTER: Readonly<Record<string, string>> = {
  completed: 'COMPLETED',
  compensated: 'CANCELLED',
  cancelled: 'CANCELLED',
};

/** Reads orders page by page: each for itself, and what was captured against what was sold in each currency. */
export class OrderAudit {
  private readonly completed = new Map<string, bigint>();
  private readonly captured = new Map<string, bigint>();
  orders = 0;

  constructor(private readonly violations: Violations) {}

  read(page: OrderPage): void {
    if (page.order) this.orders++;
    if (page.order?.coordination === 'choreography') this.readChoreography(page);
    else this.readSaga(page);
    this.readCart(page);
    this.readMoney(page);
    this.readStock(page);
  }

  /** To be called after the last page. */
  finish(): void {
    for (const currency of new Set([...this.completed.keys(), ...this.captured.keys()])) {
      const sold = this.completed.get(currency) ?? 0n;
      const got = this.captured.get(currency) ?? 0n;
      if (sold !== got)
        this.violations.add('captured-equals-completed', `all orders: ${got} ${currency} captured, ${sold} ${currency} sold`);
    }
  }

  private readSaga({ orderId, order, saga }: OrderPage): void {
    if (!order && saga) return this.violations.add('every-order-one-ended-saga', `saga ${orderId} belongs to no order`);
    if (!order) return;
    if (!saga) return this.violations.add('every-order-one-ended-saga', `order ${orderId} (${order.status}) has no saga`);
    const expected = STATUS_AFTER[saga.status];
    if (!expected) return this.violations.add('every-order-one-ended-saga', `saga ${orderId} is ${saga.status}`);
    if (order.status !== expected)
      this.violations.add('order-matches-saga', `order ${orderId} is ${order.status}, its saga ${saga.status}`);
  }

  /** Nobody coordinates it: it ends all the same, and that no peer holds anything is read from the peers' books. */
  private readChoreography({ orderId, order, saga }: OrderPage): void {
    if (saga) this.violations.add('choreographed-orders-ended', `order ${orderId} is choreographed and has a saga (${saga.status})`);
    if (order?.status === 'PENDING') this.violations.add('choreographed-orders-ended', `order ${orderId} is choreographed and still open`);
  }

  private readCart({ orderId, order, cart }: OrderPage): void {
    if (order?.status === 'CANCELLED' && cart?.state === 'validated')
      this.violations.add('carts-match-orders', `order ${orderId} is CANCELLED and holds its cart`);
  }

  private readMoney({ orderId, order, payment }: OrderPage): void {
    const net = payment ? payment.captured - payment.refunded : 0n;
    if (payment) add(this.captured, payment.currency ?? '(no currency)', net);
    if (payment && !order) this.violations.add('captured-equals-completed', `payment ${orderId} belongs to no order`);
    if (!order) return;
    // What was returned after its sale is due no longer.
    const due = order.status === 'COMPLETED' ? (order.total ?? 0n) - (payment?.issued ?? 0n) : 0n;
    if (order.status === 'COMPLETED') add(this.completed, order.currency ?? '(no currency)', due);
    if (net !== due)
      this.violations.add('captured-equals-completed', `order ${orderId} (${order.status}): ${net} captured, ${due} due`);
    else if (net !== 0n && payment?.currency !== order.currency)
      this.violations.add('captured-equals-completed', `order ${orderId}: captured ${payment?.currency}, due ${order.currency}`);
  }

  private readStock({ orderId, order, reservation }: OrderPage): void {
    if (reservation && !order) return this.violations.add('stock-matches-order', `reservation ${orderId} belongs to no order`);
    if (!order) return;
    const state = reservation?.state ?? 'missing';
    const sold = state === 'sold';
    const held = sold || state === 'reserved';
    if (order.status === 'COMPLETED' ? !sold : held)
      this.violations.add('stock-matches-order', `order ${orderId} is ${order.status}, its reservation ${state}`);
  }
}

const add = (sums: Map<string, bigint>, key: string, amount: bigint) => sums.set(key, (sums.get(key) ?? 0n) + amount);
