import { CodedError } from '@comptoir/contracts';

/** The sum of the lines is not the total: nobody can tell which of the two was meant. */
export class RefundDoesNotAddUp extends CodedError {
  readonly code = 'refund-does-not-add-up';
  constructor(data: { readonly refundId: string; readonly total: number; readonly lines: number }) {
    super(`Refund ${data.refundId} asks for ${data.total}, its lines for ${data.lines}`, data);
  }
}

/** The gateway may be paying it out at this moment: only its answer tells whether there is anything to undo. */
export class PayoutUnderWay extends CodedError {
  readonly code = 'payout-under-way';
  constructor(data: { readonly refundId: string }) {
    super(`Refund ${data.refundId} is being paid out and cannot be undone before that has ended`, data);
  }
}

/** The customer has the money: the point of no return. */
export class UndoAfterPayout extends CodedError {
  readonly code = 'undo-after-payout';
  constructor(data: { readonly refundId: string }) {
    super(`Refund ${data.refundId} is paid out and cannot be undone`, data);
  }
}

/** A refund's row lacks what its state needs. The database refuses such rows: a bug. */
export class RefundIncomplete extends CodedError {
  readonly code = 'refund-incomplete';
  constructor(data: { readonly refundId: string; readonly state: string }) {
    super(`Refund ${data.refundId} is ${data.state}, and its customer or currency is missing`, data);
  }
}

/** A refund names an order other than the one it was requested for. */
export class RefundOfAnotherOrder extends CodedError {
  readonly code = 'refund-of-another-order';
  constructor(data: { readonly refundId: string; readonly orderId: string; readonly recorded: string }) {
    super(`Refund ${data.refundId} is of order ${data.recorded}, not of ${data.orderId}`, data);
  }
}
