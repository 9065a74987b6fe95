import { CodedError } from '@comptoir/contracts';

/** Orders could not be asked, or said nothing that can be understood: nothing is known of the order. */
export class OrdersUnavailable extends CodedError {
  readonly code = 'orders-unavailable';
}
