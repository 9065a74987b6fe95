/** A payment changed between asking the gateway and the transaction. The message is handled again, and asks again. */
export class PaymentChanged extends Error {
  readonly code = 'payment-changed';
  constructor(readonly data: { readonly orderId: string; readonly state: string }) {
    super(`The payment of order ${data.orderId} has become ${data.state} meanwhile`);
    this.name = 'PaymentChanged';
  }
}

/** A payment that must be there is not: rows are never deleted, so the message is wrong. */
export class PaymentNotFound extends Error {
  readonly code = 'payment-not-found';
  constructor(readonly data: { readonly orderId: string }) {
    super(`There is no payment of order ${data.orderId}`);
    this.name = 'PaymentNotFound';
  }
}
