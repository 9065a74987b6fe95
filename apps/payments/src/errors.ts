/** A payment that must be there is not: rows are never deleted, so the message is wrong. */
export class PaymentNotFound extends Error {
  readonly code = 'payment-not-found';
  constructor(readonly data: { readonly orderId: string }) {
    super(`There is no payment of order ${data.orderId}`);
    this.name = 'PaymentNotFound';
  }
}
