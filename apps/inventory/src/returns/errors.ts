import { CodedError } from '@comptoir/contracts';

/** The order's goods are still reserved for it: the sale may be on its way. */
export class NotSoldYet extends CodedError {
  readonly code = 'not-sold-yet';
  constructor(data: { readonly orderId: string; readonly refundId: string }) {
    super(`Order ${data.orderId} is not sold yet, and refund ${data.refundId} wants its goods back`, data);
  }
}

/** A return names an order other than the one it was made for. */
export class ReturnOfAnotherOrder extends CodedError {
  readonly code = 'return-of-another-order';
  constructor(data: { readonly refundId: string; readonly orderId: string; readonly recorded: string }) {
    super(`The return of refund ${data.refundId} is of order ${data.recorded}, not of ${data.orderId}`, data);
  }
}
